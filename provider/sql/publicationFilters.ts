import type { DesiredPublication } from "./publicationPlan";
import type { ActualPublication, PublishedTable } from "./publicationRead";
import { type Table, tableKey } from "./table";

/**
 * What the server made of each row filter that the program gave, by `tableKey`: the program's text, the server's, and a
 * fingerprint of the stored expression, which stays the same when a column is renamed.
 */
export type Filters = Record<string, { given: string; stored: string; tree?: string }>;

/** Expects a row `r` of pg_publication_rel. */
export const FILTER_TREE =
  "left(encode(sha256(convert_to(regexp_replace(r.prqual::text, ':location -?\\d+', '', 'g'), 'UTF8')), 'hex'), 16)";

/**
 * The text of the filter of `r`, on table `c` in schema `n`, unless parameter `known` has its fingerprint already or is null:
 * to write an expression out, the server waits for whoever has the table locked.
 */
export function filterText(known: string): string {
  const key = `format('"%s"."%s"', replace(n.nspname, '"', '""'), replace(c.relname, '"', '""'))`;
  return `case when r.prqual is not null and ${known}::jsonb is not null and ${known}::jsonb ->> ${key} is distinct from ${FILTER_TREE}
               then pg_get_expr(r.prqual, r.prrelid) end`;
}

export function knownTrees(filters: Filters | undefined): string | null {
  if (!filters) return null;
  return JSON.stringify(Object.fromEntries(Object.entries(filters).map(([key, { tree }]) => [key, tree])));
}

/** The text that was read, else the one that is known; where neither is there, something that no filter's text equals. */
export function storedFilter(table: PublishedTable, filters: Filters = {}): string | undefined {
  const known = filters[tableKey(table)];
  return table.where ?? (known && known.tree === table.tree ? known.stored : table.tree);
}

/** The server rewrites a filter, so it is compared with what it made of the same text before. */
export function sameFilter(desired: Table, actual: PublishedTable, filters: Filters): boolean {
  if (desired.where === undefined || actual.where === undefined) return desired.where === actual.where;
  const known = filters[tableKey(desired)];
  return known?.given === desired.where ? known.stored === actual.where : actual.where === desired.where;
}

export function rememberFilters(desired: DesiredPublication, actual: ActualPublication): Filters {
  const found = new Map(actual.tables.map((table) => [tableKey(table), table]));
  return Object.fromEntries(
    desired.tables.flatMap((table) => {
      const { where, tree } = found.get(tableKey(table)) ?? {};
      return table.where !== undefined && where !== undefined
        ? [[tableKey(table), { given: table.where, stored: where, tree }]]
        : [];
    }),
  );
}
