import type { Blocker } from "../../postgres/errors";
import { lockerOf } from "../../postgres/sql/lockHolders";
import { type Table, type TableName, tableKey } from "../../postgres/sql/table";
import type { ActualPublication, PublishedTable } from "./actual";
import type { DesiredPublication } from "./desired";

/**
 * What the server made of each row filter that the program gave, by `tableKey`: the program's text, the server's, and a
 * fingerprint of the stored expression, which stays the same when a column is renamed.
 */
export type Filters = Record<string, { given: string; stored: string; tree?: string }>;

/** Expects a row `r` of pg_publication_rel. */
export const FILTER_TREE =
  "left(encode(sha256(convert_to(regexp_replace(r.prqual::text, ':location -?\\d+', '', 'g'), 'UTF8')), 'hex'), 16)";

/**
 * The text of the filter of `r`, on table `c` in schema `n`, unless parameter `known` has its fingerprint already or is null.
 * To write an expression out, the server opens the table: `waits` for whoever has it locked, or leaves it out.
 */
export function filterText(known: string, waits: boolean): string {
  const isFree = waits ? "true" : `${lockerOf("r.prrelid")} is null`;
  return `case when ${isNews(known)} and ${isFree} then pg_get_expr(r.prqual, r.prrelid) end`;
}

/** Who keeps us from reading that text. */
export function filterHolder(known: string): string {
  return `case when ${isNews(known)} then ${lockerOf("r.prrelid")} end`;
}

/** Whether there is a filter whose text has to be read. */
function isNews(known: string): string {
  const key = `format('"%s"."%s"', replace(n.nspname, '"', '""'), replace(c.relname, '"', '""'))`;
  return `r.prqual is not null and ${known}::jsonb is not null and ${known}::jsonb ->> ${key} is distinct from ${FILTER_TREE}`;
}

export function knownTrees(filters: Filters | undefined): string | null {
  if (!filters) return null;
  return JSON.stringify(Object.fromEntries(Object.entries(filters).map(([key, { tree }]) => [key, tree])));
}

/** A filter as the server answers: the text only where it was asked for. */
interface ReadFilter extends TableName {
  where?: string | null;
  tree?: string | null;
  heldBy?: Blocker | null;
}

/**
 * The text that was read, else the one that is known; where neither is there, something that no filter's text equals. Of a
 * table that somebody has locked, what is known counts as long as nobody can look.
 */
export function storedFilter(table: ReadFilter, filters: Filters = {}): string | undefined {
  const known = filters[tableKey(table)];
  if (table.heldBy) return known?.stored;
  return table.where ?? (known && known.tree === table.tree ? known.stored : (table.tree ?? undefined));
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
