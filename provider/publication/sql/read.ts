import type { Blocker } from "../../postgres/errors";
import { LOCKED } from "../../postgres/sql/lockHolders";
import { parseComment } from "../../postgres/sql/mark";
import { mapAnswer, type Query, queryNothing, queryRow, queryRows } from "../../postgres/sql/statement";
import { compareTables, type TableName } from "../../postgres/sql/table";
import { compareText } from "../../text";
import type { ActualPublication, PublishedTable } from "./actual";
import { FILTER_TREE, type Filters, filterHolder, filterText, knownTrees, storedFilter } from "./filters";
import { parameterColumns } from "./parameters";

/** How a publication is found: by the OID in the state, otherwise by the first of its names that exists. */
export type Which = [oid: number | null, ...names: string[]];

/** The filter texts that are known, and whether to wait for the others if their tables are locked. */
export interface FilterReading {
  filters: Filters | undefined;
  waits: boolean;
}

/** Uses the parameters $1 and $2 from `whichValues`. */
export const publicationOid = `
  select oid from pg_publication where oid = $1::oid or pubname = any ($2::text[])
   order by (oid = $1::oid) desc nulls last, array_position($2::text[], pubname::text) limit 1`;

export function whichValues([oid, ...names]: Which): [number | null, string[]] {
  return [oid, names];
}

/**
 * Reads the publication, with the text of the row filters that are not among `filters`. If `filters` is undefined, no text is
 * read: the fingerprints are enough. It reads the catalogs, since `pg_publication_tables` shows partitions instead of their
 * parents, or parents instead of their partitions.
 */
export function readActual(
  version: number,
  { filters, waits }: FilterReading,
  ...which: Which
): Query<ActualPublication | undefined> {
  const columns = version >= 15 ? COLUMNS : "null::text[]";
  const filter = version >= 15 ? filterText("$3", waits) : "null::text";
  const heldBy = version >= 15 && !waits ? filterHolder("$3") : "null::jsonb";
  const tree = version >= 15 ? FILTER_TREE : "null::text";
  const schemas = version >= 15 ? SCHEMAS : "'{}'::text[]";
  const schemaOids = version >= 15 ? `${LISTED_SCHEMAS} union ${WHOLE_SCHEMAS}` : LISTED_SCHEMAS;
  const row = queryRow<PublicationRow>(
    `
    ${waits ? "" : `with ${LOCKED}`}
    select p.oid::int8::text as "oid", p.pubname as "name", pg_get_userbyid(p.pubowner) as "owner", p.puballtables as "allTables",
           ${parameterColumns(version)},
           obj_description(p.oid, 'pg_publication') as "text",
           pg_has_role(p.pubowner, 'USAGE') as "mayAlter",
           ${schemas} as "schemas",
           coalesce((select jsonb_object_agg(n.nspname, n.oid::int8) from pg_namespace n where n.oid in (${schemaOids})), '{}') as "schemaOids",
           coalesce((select jsonb_agg(jsonb_build_object('oid', c.oid::int8, 'schema', n.nspname, 'name', c.relname,
                                                         'columns', ${columns}, 'where', ${filter}, 'tree', ${tree}, 'heldBy', ${heldBy}))
                       from pg_publication_rel r join pg_class c on c.oid = r.prrelid
                       cross join lateral (select s.nspname from pg_namespace s where s.oid = c.relnamespace offset 0) n
                      where r.prpubid = p.oid), '[]') as "tables"
      from pg_publication p
     where p.oid = (${publicationOid})`,
    version >= 15 ? [...whichValues(which), knownTrees(filters)] : whichValues(which),
  );
  return mapAnswer(row, (found) => found && toPublication(found, filters));
}

/** Reads a publication that must exist. */
export function readExisting(version: number, reading: FilterReading, ...which: Which): Query<ActualPublication> {
  return mapAnswer(readActual(version, reading, ...which), (found) => {
    if (found === undefined) throw new Error(`there is no publication ${which.slice(1).join(", ")}`);
    return found;
  });
}

/** The names of the listed columns. Null if all columns are published, which differs from a list of all columns. */
const COLUMNS = `case when r.prattrs is not null then (select jsonb_agg(a.attname)
                    from pg_attribute a where a.attrelid = r.prrelid and a.attnum = any (r.prattrs::int2[])) end`;
const SCHEMAS = `array(select s.nspname::text from pg_publication_namespace ns join pg_namespace s on s.oid = ns.pnnspid
                        where ns.pnpubid = p.oid)`;

const LISTED_SCHEMAS =
  "select c.relnamespace from pg_publication_rel r join pg_class c on c.oid = r.prrelid where r.prpubid = p.oid";
const WHOLE_SCHEMAS = "select ns.pnnspid from pg_publication_namespace ns where ns.pnpubid = p.oid";

interface TableRow extends TableName {
  oid: number;
  columns: string[] | null;
  where: string | null;
  tree: string | null;
  heldBy: Blocker | null;
}

interface PublicationRow extends Omit<ActualPublication, "oid" | "tables" | "marked"> {
  oid: string;
  tables: TableRow[];
}

/** Sorts here, not in the server, to get the same order as the arguments. */
function toPublication(row: PublicationRow, filters: Filters | undefined): ActualPublication {
  return {
    ...row,
    oid: Number(row.oid),
    tables: row.tables.map((table) => toPublishedTable(table, filters)).sort(compareTables),
    schemas: row.schemas.sort(compareText),
    marked: parseComment(row.text),
  };
}

function toPublishedTable(row: TableRow, filters: Filters | undefined): PublishedTable {
  const { oid, schema, name, columns, tree, heldBy } = row;
  const filter = tree && { where: storedFilter(row, filters), tree, ...(heldBy && { heldBy }) };
  return { oid, schema, name, ...(columns && { columns: columns.sort(compareText) }), ...filter };
}

export interface ExcludedColumns extends TableName {
  columns: string[];
}

/** For each table with a column list, the columns that are not in it. Includes generated columns, which the first load would otherwise ask for. */
export function readExcludedColumns(version: number, ...which: Which): Query<ExcludedColumns[]> {
  if (version < 15) return queryNothing([]);
  return queryRows(
    `
    select n.nspname as "schema", c.relname as "name",
           array(select a.attname::text from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
                    and a.attnum <> all (r.prattrs::int2[]) order by a.attname collate "C") as "columns"
      from pg_publication_rel r join pg_class c on c.oid = r.prrelid join pg_namespace n on n.oid = c.relnamespace
     where r.prpubid = (${publicationOid}) and r.prattrs is not null
     order by n.nspname collate "C", c.relname collate "C"`,
    whichValues(which),
  );
}
