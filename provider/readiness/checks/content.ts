import { type Blocker, displayBlocker } from "../../postgres/errors";
import { rowsFix } from "../../postgres/sql/rowSecurity";
import { identifier, qualified } from "../../postgres/sql/statement";
import { displayIdentifier, displayTable, type TableName } from "../../postgres/sql/table";
import type { ReadinessCheck } from "../check";
import type { TableFacts } from "../sql/tables";
import type { Facts } from "./facts";
import { judgeTables, type ReadinessLine } from "./judge";

/** Ordinary and partitioned tables: only these have a replica identity and can be published. */
export function isTable({ exists, kind }: TableFacts): boolean {
  return exists && (kind === "r" || kind === "p");
}

/** ` ("a", "b")`, or nothing for all columns. */
export function list(columns: string[] | null): string {
  return columns === null ? "" : ` (${columns.map(identifier).join(", ")})`;
}

/** `public.orders (id, note)`. */
export function displayColumns(table: TableName, columns: string[]): string {
  return `${displayTable(table)} (${columns.map(displayIdentifier).join(", ")})`;
}

export function contentChecks(facts: Facts): ReadinessLine[] {
  const { tables } = facts;
  const there = tables.filter(isTable);
  return [
    ...excludedChecks(there),
    ...identityChecks(facts, there),
    rowSecurityCheck(facts, there),
    ...(facts.mode === "snapshot" ? [] : generatedChecks(facts, there)),
  ];
}

/** Of policies on a table that somebody has locked nobody knows what they hide: neither ok nor blocked. */
function rowSecurityCheck({ role, server }: Facts, there: TableFacts[]): ReadinessLine {
  const subject = server.bypassRls ? [] : there;
  const hiding = subject.filter(({ rowSecurity }) => rowSecurity);
  const unread = unreadOf(
    subject,
    ({ rowsHeldBy }) => rowsHeldBy,
    `whether row-level security hides rows from "${role}"`,
  );
  if (hiding.length === 0 && unread)
    return { check: "rowSecurity", status: "warning", detail: unread, fix: "check again when that is done", unread };
  const line = judgeTables("rowSecurity", hiding, "row-level security hides nothing", {
    detail: `row-level security may hide rows from "${role}", and the first load would miss them silently`,
    fix: (table) => rowsFix(table, role),
  });
  return { ...line, ...(unread && { unread }) };
}

/** That something is unknown of these tables, and who holds them; undefined where nobody holds one. */
export function unreadOf<T extends TableName>(
  tables: T[],
  holderOf: (table: T) => Blocker | null,
  what: string,
): string | undefined {
  const held = tables.flatMap((table) => {
    const holder = holderOf(table);
    return holder === null ? [] : [`${displayTable(table)}, locked by ${displayBlocker(holder)}`];
  });
  if (held.length === 0) return undefined;
  return `${what} is unknown for ${held.slice(0, 5).join(", ")}${held.length > 5 ? ", and others" : ""}`;
}

function excludedChecks(tables: TableFacts[]): ReadinessCheck[] {
  return [
    judgeTables(
      "columnsLeft",
      tables.filter(({ columns }) => columns?.length === 0),
      "every table has columns to replicate",
      {
        detail: "all columns are excluded",
        fix: (table) => `leave ${displayTable(table)} out, or take columns out of its \`excludedColumns\``,
      },
    ),
    judgeTables(
      "excludedColumns",
      tables.filter(({ unknownColumns }) => unknownColumns.length > 0),
      "all excluded columns exist",
      {
        status: "warning",
        detail: "no such columns, and so they exclude nothing",
        display: (table) => displayColumns(table, table.unknownColumns),
        fix: (table) => `correct \`excludedColumns\` of ${displayTable(table)}`,
      },
    ),
  ];
}

/** Without changes, rows need no identity; but ClickPipes refuses tables whose own choice of one cannot be followed. */
function identityChecks({ mode }: Facts, tables: TableFacts[]): ReadinessCheck[] {
  const lacking = tables.filter(lacksIdentity);
  const tolerable = mode === "snapshot" && lacking.every(({ identity }) => identity === "d");
  return [
    judgeTables("identity", lacking, "every table identifies its rows", {
      ...(tolerable && { status: "warning" }),
      detail: tolerable
        ? "no primary key, and so ClickHouse needs `sortingKeys` or the table engine MergeTree"
        : "neither a usable primary key nor another replica identity",
      fix: identityFix,
    }),
  ];
}

function generatedChecks({ server, publication }: Facts, tables: TableFacts[]): ReadinessCheck[] {
  const publishable = (table: TableFacts) =>
    server.versionNumber >= 180000 &&
    table.listed === null &&
    !table.generated.some((name) => table.virtual.includes(name));
  return [
    judgeTables(
      "generatedKey",
      tables.filter(({ generatedInKey }) => generatedInKey),
      "no key holds a generated column",
      {
        detail: "a generated column in the key comes as NULL with each change",
        fix: (table) => (server.versionNumber >= 180000 ? publishGenerated(publication) : otherKey(table)),
      },
    ),
    judgeTables(
      "generatedColumns",
      tables.filter(({ generated, generatedInKey }) => generated.length > 0 && !generatedInKey),
      "no generated column in the pipe",
      {
        status: "warning",
        detail: "generated columns are in the first load, and NULL in later changes",
        display: (table) => displayColumns(table, table.generated),
        fix: (table) =>
          publishable(table)
            ? publishGenerated(publication)
            : `list ${table.generated.map(displayIdentifier).join(", ")} in \`excludedColumns\` of ${displayTable(table)}`,
      },
    ),
  ];
}

export function publishGenerated(publication: string): string {
  return `ALTER PUBLICATION ${identifier(publication)} SET (publish_generated_columns = stored)`;
}

function otherKey(table: TableFacts): string {
  const alter = `ALTER TABLE ${qualified(table)} REPLICA IDENTITY USING INDEX`;
  if (table.otherIndex !== null) return `${alter} ${identifier(table.otherIndex)}`;
  return `make a unique index over other columns, all NOT NULL, then ${alter} …`;
}

export function lacksIdentity({ identity, hasKey, hasIdentityIndex }: TableFacts): boolean {
  return identity === "n" || (identity === "d" && !hasKey) || (identity === "i" && !hasIdentityIndex);
}

/** The least that mends it: FULL writes whole rows to the WAL. */
function identityFix(table: TableFacts): string {
  const alter = `ALTER TABLE ${qualified(table)}`;
  if (table.hasKey) return `${alter} REPLICA IDENTITY DEFAULT`;
  // A partition inherits a primary key, and no other identity.
  if (table.kind === "p") return primaryKey(table, table.otherColumns);
  if (table.otherIndex !== null) return `${alter} REPLICA IDENTITY USING INDEX ${identifier(table.otherIndex)}`;
  // With FULL, Postgres refuses UPDATEs of a published table that has a virtual column.
  if (table.virtual.length > 0) return primaryKey(table, null);
  return `${alter} REPLICA IDENTITY FULL`;
}

export function primaryKey(table: TableName, columns: string[] | null | undefined): string {
  return `ALTER TABLE ${qualified(table)} ADD PRIMARY KEY${columns ? list(columns) : " (…)"}`;
}
