import type { Blocker } from "../../postgres/errors";
import { LOCKED } from "../../postgres/sql/lockHolders";
import { parseComment } from "../../postgres/sql/mark";
import { mapAnswer, type Query, queryNothing, queryRow, queryRows } from "../../postgres/sql/statement";
import { compareTables, type TableName } from "../../postgres/sql/table";
import { compareText } from "../../text";
import type { ActualPublication, PublishedTable } from "./actual";
import { FILTER_TREE, type Filters, filterHolder, filterText, knownTrees, storedFilter } from "./filters";
import { parameterColumns } from "./parameters";

/** How a publication is found: by the OID that the state knows, else by the first of its names that there is. */
export type Which = [oid: number | null, ...names: string[]];

/** Whose filters' texts are known, and whether the others are waited for where somebody has the table locked. */
export interface FilterReading {
  filters: Filters | undefined;
  waits: boolean;
}

/** Takes the parameters $1 and $2 of `whichValues`. */
export const publicationOid = `
  select oid from pg_publication where oid = $1::oid or pubname = any ($2::text[])
   order by (oid = $1::oid) desc nulls last, array_position($2::text[], pubname::text) limit 1`;

export function whichValues([oid, ...names]: Which): [number | null, string[]] {
  return [oid, names];
}

/**
 * With the text of the row filters that are not among `filters`; undefined: of none, their fingerprints will do.
 * From the catalogs: `pg_publication_tables` shows partitions in place of their parents, and parents in place of them.
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
  const row = queryRow<PublicationRow>(
    `
    ${waits ? "" : `with ${LOCKED}`}
    select p.oid::int8::text as "oid", p.pubname as "name", pg_get_userbyid(p.pubowner) as "owner", p.puballtables as "allTables",
           ${parameterColumns(version)},
           obj_description(p.oid, 'pg_publication') as "text",
           pg_has_role(p.pubowner, 'USAGE') as "mayAlter",
           ${schemas} as "schemas",
           coalesce((select jsonb_agg(jsonb_build_object('oid', c.oid::int8, 'schema', n.nspname, 'name', c.relname,
                                                         'columns', ${columns}, 'where', ${filter}, 'tree', ${tree}, 'heldBy', ${heldBy}))
                       from pg_publication_rel r join pg_class c on c.oid = r.prrelid join pg_namespace n on n.oid = c.relnamespace
                      where r.prpubid = p.oid), '[]') as "tables"
      from pg_publication p
     where p.oid = (${publicationOid})`,
    version >= 15 ? [...whichValues(which), knownTrees(filters)] : whichValues(which),
  );
  return mapAnswer(row, (found) => found && toPublication(found, filters));
}

/** The same, of one that is certain to be there. */
export function readExisting(version: number, reading: FilterReading, ...which: Which): Query<ActualPublication> {
  return mapAnswer(readActual(version, reading, ...which), (found) => {
    if (found === undefined) throw new Error(`there is no publication ${which.slice(1).join(", ")}`);
    return found;
  });
}

/** The listed columns by name; null where all columns are published, which is not the same as a list of all. */
const COLUMNS = `case when r.prattrs is not null then (select jsonb_agg(a.attname)
                    from pg_attribute a where a.attrelid = r.prrelid and a.attnum = any (r.prattrs::int2[])) end`;
const SCHEMAS = `array(select s.nspname::text from pg_publication_namespace ns join pg_namespace s on s.oid = ns.pnnspid
                        where ns.pnpubid = p.oid)`;

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

/** Sorted here and not by the server, in the very order that the arguments are sorted in. */
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

/** For each listed table with a list of columns, those that it leaves out: generated ones too, which the first load would else ask for. */
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
