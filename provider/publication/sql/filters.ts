import type { Blocker } from "../../postgres/errors";
import { lockerOf } from "../../postgres/sql/lockHolders";
import { type Table, type TableName, tableKey } from "../../postgres/sql/table";
import type { ActualPublication, PublishedTable } from "./actual";
import type { DesiredPublication } from "./desired";

export interface KnownFilter {
  given: string;
  stored: string;
  tree?: string;
}

/**
 * What the server made of each row filter of the program: the program's text, the server's text, and a fingerprint of the stored
 * expression. The fingerprint stays the same when a column is renamed. By `tableKey` in states, and while a change is made also by
 * the OID of the table, which stays the same when the table is renamed.
 */
export type Filters = Record<string, KnownFilter>;

export function knownFilter(filters: Filters, table: TableName & { oid?: number }): KnownFilter | undefined {
  return filters[String(table.oid)] ?? filters[tableKey(table)];
}

/** Expects a row `r` of pg_publication_rel. */
export const FILTER_TREE =
  "left(encode(sha256(convert_to(regexp_replace(r.prqual::text, ':location -?\\d+', '', 'g'), 'UTF8')), 'hex'), 16)";

/**
 * The text of the filter of `r`, on table `c` in schema `n`, unless parameter `known` has its fingerprint already or is null.
 * To write an expression as text, the server opens the table. If the table is locked, the query waits if `waits` is set, and
 * leaves the text out otherwise.
 */
export function filterText(known: string, waits: boolean): string {
  const isFree = waits ? "true" : `${lockerOf("r.prrelid")} is null`;
  return `case when ${isUnknown(known)} and ${isFree} then pg_get_expr(r.prqual, r.prrelid) end`;
}

/** Who holds the lock that keeps that text from being read. */
export function filterHolder(known: string): string {
  return `case when ${isUnknown(known)} then ${lockerOf("r.prrelid")} end`;
}

/** Whether there is a filter whose text has to be read. */
function isUnknown(known: string): string {
  const key = `format('"%s"."%s"', replace(n.nspname, '"', '""'), replace(c.relname, '"', '""'))`;
  const tree = `coalesce(${known}::jsonb ->> c.oid::int8::text, ${known}::jsonb ->> ${key})`;
  return `r.prqual is not null and ${known}::jsonb is not null and ${tree} is distinct from ${FILTER_TREE}`;
}

export function knownTrees(filters: Filters | undefined): string | null {
  if (!filters) return null;
  return JSON.stringify(Object.fromEntries(Object.entries(filters).map(([key, { tree }]) => [key, tree])));
}

/** A filter as the server returns it, with its text only if that was requested. */
interface ReadFilter extends TableName {
  oid?: number;
  where?: string | null;
  tree?: string | null;
  heldBy?: Blocker | null;
}

/**
 * The text that was read, or else the known one. If there is neither, the fingerprint, which equals no filter's text. While a
 * table is locked and its filter cannot be read, the known text counts.
 */
export function storedFilter(table: ReadFilter, filters: Filters = {}): string | undefined {
  const known = knownFilter(filters, table);
  if (table.heldBy) return known?.stored;
  return table.where ?? (known && known.tree === table.tree ? known.stored : (table.tree ?? undefined));
}

/** The server rewrites a filter, so the filter is compared with what the server made of the same text before. */
export function sameFilter(desired: Table, actual: PublishedTable, filters: Filters): boolean {
  if (desired.where === undefined || actual.where === undefined) return desired.where === actual.where;
  const known = knownFilter(filters, { ...desired, oid: actual.oid });
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
