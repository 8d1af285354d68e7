import type { Actor, DefaultRight, HeldRight, SchemaRight, TableRight } from "./grantsRead";
import { identifier, qualified, type Statement, statement } from "./statement";
import { displayIdentifier, displayTable } from "./table";

export interface ActualRights {
  database: string;
  connect: boolean;
  total: number;
  schemas: SchemaRight[];
  tables: TableRight[];
  defaults: DefaultRight[];
}

export interface Uncovered {
  object: string;
  kind: string;
  owner: string;
  reason: string;
  fix: string;
}

export interface GrantsPlan {
  statements: Statement[];
  /** What is missing and can be granted, as sentences. */
  missing: string[];
  /** What is missing and cannot be granted by us. */
  uncovered: Uncovered[];
}

/** What lacks for the role to read its scope, as statements; additive only. */
export function planGrants(role: string, actual: ActualRights): GrantsPlan {
  const to = identifier(role);
  const schemas = actual.schemas.filter(({ granted }) => !granted);
  const tables = actual.tables.filter((table) => table.columns === null && !table.granted);
  const columns = actual.tables.filter(
    (table) => table.columns !== null && !table.granted && grantable(table).length > 0,
  );
  const defaults = actual.defaults.filter(({ granted }) => !granted);
  const statements = [
    ...(actual.connect ? [] : [statement(`grant connect on database ${identifier(actual.database)} to ${to}`)]),
    ...byActor(schemas, (group) => [
      statement(`grant usage on schema ${group.map(({ name }) => identifier(name)).join(", ")} to ${to}`),
    ]),
    ...byActor(tables, (group) => [statement(`grant select on ${group.map(qualified).join(", ")} to ${to}`)]),
    ...byActor(columns, (group) =>
      group.map((table) =>
        statement(`grant select (${grantable(table).map(identifier).join(", ")}) on ${qualified(table)} to ${to}`),
      ),
    ),
    ...defaultStatements(
      defaults,
      (spaces, forRole) => `alter default privileges${forRole} in schema ${spaces} grant select on tables to ${to}`,
    ),
  ];
  return {
    statements,
    missing: sentences(role, actual, { schemas, tables, columns, defaults }),
    uncovered: uncovered(role, actual),
  };
}

function grantable(table: TableRight): string[] {
  return (table.missingColumns ?? []).filter((column) => !table.unknownColumns?.includes(column));
}

/** Takes back what is held; what others granted is not in the list. */
export function planRevoke(role: string, database: string, held: HeldRight[]): Statement[] {
  const from = identifier(role);
  const of = (kind: HeldRight["kind"]) => held.filter((right) => right.kind === kind && right.actor !== "none");
  const defaults = of("default").map((right) => ({
    creator: right.name,
    schema: right.schema,
    actor: right.actor,
    granted: true,
  }));
  return [
    ...defaultStatements(
      defaults,
      (spaces, forRole) =>
        `alter default privileges${forRole} in schema ${spaces} revoke select on tables from ${from}`,
    ),
    ...byActor(of("table"), (group) => [statement(`revoke select on ${group.map(qualified).join(", ")} from ${from}`)]),
    ...byActor(of("columns"), (group) =>
      group.map((right) =>
        statement(
          `revoke select (${(right.columns ?? []).map(identifier).join(", ")}) on ${qualified(right)} from ${from}`,
        ),
      ),
    ),
    ...byActor(of("schema"), (group) => [
      statement(`revoke usage on schema ${group.map(({ schema }) => identifier(schema)).join(", ")} from ${from}`),
    ]),
    ...byActor(of("connect"), () => [statement(`revoke connect on database ${identifier(database)} from ${from}`)]),
  ];
}

/** What we can do ourselves in one go, then owner by owner in that owner's role. */
function byActor<T extends { actor: Actor; owner: string }>(
  rights: T[],
  make: (group: T[]) => Statement[],
): Statement[] {
  const self = rights.filter(({ actor }) => actor === "self");
  const owners = [...new Set(rights.filter(({ actor }) => actor === "owner").map(({ owner }) => owner))];
  return [
    ...(self.length > 0 ? make(self) : []),
    ...owners.flatMap((owner) =>
      as(owner, make(rights.filter((right) => right.actor === "owner" && right.owner === owner))),
    ),
  ];
}

function as(owner: string, statements: Statement[]): Statement[] {
  return [statement(`set local role ${identifier(owner)}`), ...statements, statement("set local role none")];
}

/** Creators with the same schemas share a statement; FOR ROLE takes privileges of the creator, else its role is put on. */
function defaultStatements(rights: DefaultRight[], text: (spaces: string, forRole: string) => string): Statement[] {
  const creators = [...new Set(rights.filter(({ actor }) => actor !== "none").map(({ creator }) => creator))];
  const bySpaces = new Map<string, string[]>();
  const statements: Statement[] = [];
  for (const creator of creators) {
    const own = rights.filter((right) => right.creator === creator);
    const spaces = own.map(({ schema }) => identifier(schema)).join(", ");
    if (own[0]?.actor === "owner") statements.push(...as(creator, [statement(text(spaces, ""))]));
    else bySpaces.set(spaces, [...(bySpaces.get(spaces) ?? []), creator]);
  }
  for (const [spaces, names] of bySpaces) {
    statements.push(statement(text(spaces, ` for role ${names.map(identifier).join(", ")}`)));
  }
  return statements;
}

interface Missing {
  schemas: SchemaRight[];
  tables: TableRight[];
  columns: TableRight[];
  defaults: DefaultRight[];
}

function sentences(role: string, actual: ActualRights, missing: Missing): string[] {
  const can = <T extends { actor: Actor }>(rights: T[]) => rights.filter(({ actor }) => actor !== "none");
  return [
    ...(actual.connect ? [] : [`role "${role}" may not connect to database "${actual.database}"`]),
    ...can(missing.schemas).map(({ name }) => `role "${role}" has no USAGE on schema ${displayIdentifier(name)}`),
    ...several(
      can([...missing.tables, ...missing.columns]).map(displayTable),
      (names) => `role "${role}" has no SELECT on ${names}`,
    ),
    ...can(missing.defaults).map(
      ({ creator, schema }) =>
        `role "${role}" would not read future tables of ${displayIdentifier(creator)} in schema ${displayIdentifier(schema)}`,
    ),
  ];
}

/** One sentence for many, with the first few by name: state and terminal must not grow with the database. */
function several(names: string[], sentence: (names: string) => string): string[] {
  if (names.length === 0) return [];
  const shown = names.slice(0, 5).join(", ");
  return [sentence(names.length > 5 ? `${shown} and ${names.length - 5} more` : shown)];
}

const KINDS: Readonly<Record<string, string>> = {
  r: "table",
  p: "partitioned table",
  v: "view",
  m: "materialized view",
  f: "foreign table",
};

function uncovered(role: string, actual: ActualRights): Uncovered[] {
  const to = identifier(role);
  const notOwner = (owner: string) =>
    `only its owner ${displayIdentifier(owner)} may grant it, and the admin is not a member of that role`;
  return [
    ...actual.schemas
      .filter(({ granted, effective, actor }) => !granted && !effective && actor === "none")
      .map(({ name, owner }) => ({
        object: displayIdentifier(name),
        kind: "schema",
        owner,
        reason: notOwner(owner),
        fix: `GRANT USAGE ON SCHEMA ${identifier(name)} TO ${to}`,
      })),
    ...actual.tables
      .filter(
        (table) =>
          table.actor === "none" && !table.effective && !(table.columns !== null && table.missingColumns?.length === 0),
      )
      .map((table) => ({
        object: displayTable(table),
        kind: KINDS[table.kind] ?? "relation",
        owner: table.owner,
        reason: notOwner(table.owner),
        fix: `GRANT SELECT${table.columns ? ` (${table.columns.map(identifier).join(", ")})` : ""} ON ${qualified(table)} TO ${to}`,
      })),
    ...actual.tables
      .filter(({ hidesRows }) => hidesRows)
      .map((table) => ({
        object: displayTable(table),
        kind: KINDS[table.kind] ?? "relation",
        owner: table.owner,
        reason: `row-level security hides rows from role "${role}": the first load would miss them without an error`,
        fix: `CREATE POLICY clickpipes ON ${qualified(table)} FOR SELECT TO ${to} USING (true)`,
      })),
    ...actual.defaults
      .filter(({ granted, actor }) => !granted && actor === "none")
      .map(({ creator, schema }) => ({
        object: `future tables in schema ${displayIdentifier(schema)}`,
        kind: "default privileges",
        owner: creator,
        reason: `only ${displayIdentifier(creator)} may set them, and the admin is not a member of that role`,
        fix: `ALTER DEFAULT PRIVILEGES FOR ROLE ${identifier(creator)} IN SCHEMA ${identifier(schema)} GRANT SELECT ON TABLES TO ${to}`,
      })),
  ];
}
