import { rowsFix } from "../../postgres/sql/rowSecurity";
import { identifier, qualified } from "../../postgres/sql/statement";
import { displayIdentifier, displayTable, type TableName } from "../../postgres/sql/table";
import type { Coverage, DatabaseRight, SchemaRight } from "./coverage";
import type { DefaultRight } from "./defaultRights";
import { type Actor, LOAD_COLUMN } from "./scope";
import type { TableRight } from "./tableRights";

/** One thing that the role cannot read, or can read only by a right that was not granted to the role itself. */
export interface Gap {
  kind: string;
  object: string;
  owner: string;
  /** The schema of a table, if the scope has the whole schema. */
  schema?: string;
  /** The partitioned table that brings the table, or a schema, into the scope. */
  root?: TableName;
  /** The missing columns of a table, if the scope lists columns. */
  columns?: string[];
  actor: Actor;
  /** The role can read it all the same, through PUBLIC or a membership. */
  effective: boolean;
  /** What is missing, in a sentence that begins with the role. */
  verb:
    | "may not connect to"
    | "has no USAGE on"
    | "has no SELECT on"
    | "will have no SELECT on"
    | "does not see all rows of";
  /** Why we cannot grant it, if `actor` is "none". */
  reason: string;
  /** The statement that an admin can run. */
  fix: string;
}

export function findGaps(role: string, coverage: Coverage): Gap[] {
  const to = identifier(role);
  const { database, databaseRight, schemas, tables, defaults } = coverage;
  return [
    ...(databaseRight.connect ? [] : [connectGap(to, database, databaseRight)]),
    ...schemas.filter(({ granted }) => !granted).map((schema) => usageGap(to, schema)),
    ...tables.filter(lacksSelect).map((table) => selectGap(to, table)),
    ...tables.filter(({ hidesRows }) => hidesRows).map((table) => rowsGap(role, table)),
    ...defaults.filter(({ granted }) => !granted).map((right) => defaultGap(to, right)),
  ];
}

function lacksSelect({ granted, columns, missingColumns }: TableRight): boolean {
  return !granted && (columns === null || missingColumns.length > 0);
}

function notOwner(owner: string): string {
  return `only its owner ${displayIdentifier(owner)} may grant it, and the admin is not a member of that role`;
}

function cannotName({ owner, schema }: TableRight): string {
  return `granting it requires USAGE on schema ${displayIdentifier(schema)}, which neither its owner ${displayIdentifier(owner)} nor the admin has`;
}

function connectGap(to: string, database: string, { owner, actor }: DatabaseRight): Gap {
  const reason = notOwner(owner);
  const fix = `GRANT CONNECT ON DATABASE ${identifier(database)} TO ${to}`;
  const object = displayIdentifier(database);
  return { kind: "database", object, owner, actor, effective: false, verb: "may not connect to", reason, fix };
}

function usageGap(to: string, { name, owner, actor, effective, root }: SchemaRight): Gap {
  const reason = notOwner(owner);
  const fix = `GRANT USAGE ON SCHEMA ${identifier(name)} TO ${to}`;
  return {
    kind: "schema",
    object: displayIdentifier(name),
    ...(root && { root }),
    owner,
    actor,
    effective,
    verb: "has no USAGE on",
    reason,
    fix,
  };
}

const KINDS: Readonly<Record<string, string>> = {
  r: "table",
  p: "partitioned table",
  v: "view",
  m: "materialized view",
  f: "foreign table",
};

function selectGap(to: string, table: TableRight): Gap {
  const { owner, actor, effective, columns, missingColumns } = table;
  const reason = table.member ? cannotName(table) : notOwner(owner);
  const list = columns
    ? ` (${[...columns, ...missingColumns.filter((name) => name === LOAD_COLUMN.name)].map(identifier).join(", ")})`
    : "";
  const fix = `GRANT SELECT${list} ON ${qualified(table)} TO ${to}`;
  const part = columns ? { columns: missingColumns } : {};
  return { ...nameOf(table), ...part, owner, actor, effective, verb: "has no SELECT on", reason, fix };
}

function nameOf(table: TableRight): Pick<Gap, "kind" | "object" | "schema" | "root"> {
  const { kind, schema, whole, root } = table;
  const object = displayTable(table);
  return { kind: KINDS[kind] ?? "relation", object, ...(whole && { schema }), ...(root && { root }) };
}

/** Policies belong to the application: we report them and change nothing. */
function rowsGap(role: string, table: TableRight): Gap {
  const { narrowedBy, owner } = table;
  const restrictive = narrowedBy.map(({ name }) => displayIdentifier(name)).join(", ");
  const policies = narrowedBy.length === 1 ? "policy" : "policies";
  const by = restrictive === "" ? "" : ` through the restrictive ${policies} ${restrictive}`;
  const { schema, root, ...named } = nameOf(table);
  return {
    ...named,
    // The fix for a restrictive policy is different for each table.
    ...(narrowedBy.length === 0 && { ...(schema !== undefined && { schema }), ...(root && { root }) }),
    owner,
    actor: "none",
    effective: false,
    verb: "does not see all rows of",
    reason: `row-level security hides rows from role "${role}"${by}: the first load would miss them without an error`,
    fix: rowsFix(table, role),
  };
}

function defaultGap(to: string, { creator, schema, actor }: DefaultRight): Gap {
  const object = `future tables of ${displayIdentifier(creator)} in schema ${displayIdentifier(schema)}`;
  const reason = `only ${displayIdentifier(creator)} may set them, and the admin is not a member of that role`;
  const fix = `ALTER DEFAULT PRIVILEGES FOR ROLE ${identifier(creator)} IN SCHEMA ${identifier(schema)} GRANT SELECT ON TABLES TO ${to}`;
  const verb = "will have no SELECT on";
  return { kind: "default privileges", object, owner: creator, actor, effective: false, verb, reason, fix };
}
