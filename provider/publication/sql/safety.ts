import { isOfApplication } from "../../pipe/sql/leaves";
import { identifier, type Query, qualified, queryRows } from "../../postgres/sql/statement";
import { displayTable, type TableName } from "../../postgres/sql/table";
import type { DesiredPublication } from "./desired";
import { hazards } from "./hazards";
import { inSchemas, PUBLISHABLE } from "./members";
import { publicationOid, type Which, whichValues } from "./read";

export type Hazard =
  | "noIdentity"
  | "identityNothing"
  | "identityDropped"
  | "invalidIndex"
  | "deferrableKey"
  | "partitionsToCome"
  | "listUnderFull"
  | "listWithoutKey"
  | "filterBeyondKey"
  | "virtualUnderFull"
  | "generatedUnderFull"
  | "generatedInKey";

/** A table whose UPDATE or DELETE fails in the application once it is published. */
export interface UnsafeTable extends TableName {
  hazard: Hazard;
  /** The columns that the hazard is about. */
  columns: string[] | null;
  /** Whether its primary key could be its identity. */
  primaryKey: boolean;
  /** A unique index that could be its identity. */
  uniqueIndex: string | null;
  /** Whether it could have REPLICA IDENTITY FULL. */
  full: boolean;
  invalidIndex: string | null;
}

/** Whose tables of whole schemas: the application's, or those of extensions and of Neon. What is listed is the application's. */
type Whose = "application" | "others";

function isOf(whose: Whose): string {
  return `${whose === "others" ? "not " : ""}${isOfApplication("c")}`;
}

/** The unsafe tables of a desired publication, before it is created or changed. Row filters are checked afterwards, since only the server knows their columns. */
export function readUnsafeDesired(
  version: number,
  desired: DesiredPublication,
  which: Which,
  whose: Whose = "application",
): Query<UnsafeTable[]> {
  const { allTables, tables, schemas, publish, viaRoot, generatedColumns } = desired;
  const changes = publish === undefined ? null : publish.includes("update") || publish.includes("delete");
  return queryRows(
    `
    with recursive wanted as (select schema, name, columns from jsonb_to_recordset($3::jsonb) as t (schema text, name text, columns text[])),
    published as (
      select coalesce($6::bool, p.pubupdate or p.pubdelete, true) as changes,
             coalesce($7::bool, ${version >= 18 ? "p.pubgencols = 's'" : "false"}, false) as generated, coalesce($8::bool, p.pubviaroot, false) as viaroot
        from (select 1) one left join pg_publication p on p.oid = (${publicationOid})
    ),
    member as (
      select c.oid as relid, w.columns, null::text[] as filter, true as listed
        from wanted w join pg_namespace n on n.nspname = w.schema join pg_class c on c.relnamespace = n.oid and c.relname = w.name
      union all
      select c.oid, null, null, false from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where ($5::bool or n.nspname = any ($4::text[])) and ${PUBLISHABLE} and ${isOf(whose)}
    ), ${hazards(version)}`,
    [
      ...whichValues(which),
      JSON.stringify(
        (whose === "application" ? tables : []).map(({ schema, name, columns }) => ({ schema, name, columns })),
      ),
      schemas,
      allTables,
      changes,
      generatedColumns === undefined ? null : generatedColumns === "stored",
      viaRoot ?? null,
    ],
  );
}

/** The unsafe tables of an existing publication. */
export function readUnsafe(version: number, ...which: Which): Query<UnsafeTable[]> {
  return queryRows(
    `
    with recursive publication as (select * from pg_publication where oid = (${publicationOid})),
    published as (
      select p.pubupdate or p.pubdelete as changes, ${version >= 18 ? "p.pubgencols = 's'" : "false"} as generated, p.pubviaroot as viaroot from publication p
    ),
    member as (
      select r.prrelid as relid, ${version >= 15 ? COLUMNS : "null::text[]"} as columns, ${version >= 15 ? FILTER : "null::text[]"} as filter, true as listed
        from publication p join pg_publication_rel r on r.prpubid = p.oid
      union all
      select c.oid, null, null, false from publication p join pg_class c on p.puballtables or ${inSchemas(version)} where ${PUBLISHABLE} and ${isOf("application")}
    ), ${hazards(version)}`,
    whichValues(which),
  );
}

const COLUMNS = `case when r.prattrs is not null then array(
  select a.attname::text from pg_attribute a where a.attrelid = r.prrelid and a.attnum = any (r.prattrs::int2[])) end`;

/** Read from the stored expression: pg_depend does not tell a column of the row filter from one of the column list. */
const FILTER = `case when r.prqual is not null then array(
  select a.attname::text from pg_attribute a where a.attrelid = r.prrelid
     and a.attnum in (select (v.found)[1]::int from regexp_matches(r.prqual::text, ':varattno (\\d+)', 'g') as v (found))) end`;

/** What is wrong with the table, and the statement or setting that fixes it. */
export function explainHazard(table: UnsafeTable): { problem: string; fix: string } {
  const columns = (table.columns ?? []).join(", ");
  const setIdentity = identityStatement(table);
  const texts: Record<Hazard, { problem: string; fix: string }> = {
    noIdentity: { problem: "has no primary key and no other replica identity", fix: setIdentity },
    identityNothing: { problem: "has REPLICA IDENTITY NOTHING", fix: setIdentity },
    identityDropped: { problem: "has lost the index of its replica identity", fix: setIdentity },
    invalidIndex: { problem: "has an invalid index as its replica identity", fix: setIdentity },
    deferrableKey: {
      problem: "has only a deferrable primary key, which cannot be a replica identity",
      fix: setIdentity,
    },
    partitionsToCome: {
      problem: "has no primary key, so future partitions will have no replica identity",
      fix: setIdentity,
    },
    listUnderFull: {
      problem: "has REPLICA IDENTITY FULL, which allows no column list",
      fix: `${defaultIdentity(table)}, or remove \`columns\``,
    },
    listWithoutKey: {
      problem: `has a column list without ${columns} of its replica identity`,
      fix: `add ${columns} to \`columns\``,
    },
    filterBeyondKey: {
      problem: `has a row filter on ${columns}, outside its replica identity`,
      fix: table.full
        ? `${fullIdentity(table)}, or remove \`where\``
        : "remove `where`, or filter only by columns of its replica identity",
    },
    virtualUnderFull: {
      problem: "has REPLICA IDENTITY FULL and a virtual generated column, which cannot be published (Postgres 18)",
      fix: defaultIdentity(table),
    },
    generatedUnderFull: {
      problem: "has REPLICA IDENTITY FULL and a stored generated column that is not published (Postgres 18)",
      fix: `set \`publishGeneratedColumns: "stored"\`, or ${defaultIdentity(table)}`,
    },
    generatedInKey: {
      problem: "has a stored generated column in its replica identity that is not published (Postgres 18)",
      fix: 'set `publishGeneratedColumns: "stored"`',
    },
  };
  return texts[table.hazard];
}

/** The statement that gives a table a usable identity, from what the table already has if possible. */
function identityStatement(table: UnsafeTable): string {
  const alter = `ALTER TABLE ${qualified(table)}`;
  if (table.primaryKey) return `${alter} REPLICA IDENTITY DEFAULT`;
  if (table.invalidIndex !== null) {
    const index = qualified({ schema: table.schema, name: table.invalidIndex });
    return `REINDEX INDEX CONCURRENTLY ${index}`;
  }
  if (table.uniqueIndex !== null && table.hazard !== "partitionsToCome")
    return `${alter} REPLICA IDENTITY USING INDEX ${identifier(table.uniqueIndex)}`;
  if (table.hazard === "deferrableKey")
    return table.full ? fullIdentity(table) : "give it a primary key that is not deferrable";
  const key = `${alter} ADD PRIMARY KEY (…)`;
  return table.full ? `${key}, or ${fullIdentity(table)}` : key;
}

function fullIdentity(table: UnsafeTable): string {
  return `ALTER TABLE ${qualified(table)} REPLICA IDENTITY FULL`;
}

function defaultIdentity(table: UnsafeTable): string {
  const statement = `ALTER TABLE ${qualified(table)} REPLICA IDENTITY DEFAULT`;
  return table.primaryKey ? statement : `add a primary key, then ${statement}`;
}

/** The table, its problem and the fix, as part of a sentence. */
export function displayUnsafe(table: UnsafeTable): string {
  const { problem, fix } = explainHazard(table);
  return `${displayTable(table)} ${problem} (${fix})`;
}

/** One line for each of the first `most` tables. */
export function describeUnsafe(tables: readonly UnsafeTable[], most = 20): string[] {
  const lines = tables.slice(0, most).map((table) => {
    const { problem, fix } = explainHazard(table);
    return `${displayTable(table)} ${problem}. To fix it: ${fix}${isStatement(fix) ? ";" : "."}`;
  });
  return tables.length > most ? [...lines, `Unsafe tables not listed here: ${tables.length - most}.`] : lines;
}

/** Statements end with a keyword, a parenthesis or a quote. */
function isStatement(fix: string): boolean {
  return /[A-Z)"]$/.test(fix);
}
