import { serverWords } from "../errors";
import type { Inputs } from "../lifecycle/arguments";
import type { Context } from "../lifecycle/context";
import type { QueryFailure } from "../postgres/session";
import { placeOf } from "../postgres/sql/server";
import type { Statement } from "../postgres/sql/statement";
import { tableKey } from "../postgres/sql/table";
import { SQLSTATE } from "../postgres/sqlstate";
import type { Transaction } from "../postgres/transaction";
import type { Findings, Work } from "./findings";
import { filterRefused, notOneFilter, unsafeTables } from "./refusals";
import type { ActualPublication } from "./sql/actual";
import type { DesiredPublication } from "./sql/desired";
import { rememberFilters } from "./sql/filters";
import { readPublishedTables } from "./sql/members";
import { planPublication } from "./sql/plan";
import { readExcludedColumns, readPublication, toPublication } from "./sql/read";
import { displayAllUnsafe, readUnsafe, type UnsafeTable } from "./sql/safety";
import { formatOids } from "./state";

/** Where row filters are given, what the server made of them is judged before the commit. */
export async function commitChange(
  context: Context,
  tx: Transaction,
  work: Work,
  found: Findings,
  statements: Statement[],
): Promise<Inputs> {
  const { desired, wish } = work;
  const filtered = desired.tables.some(({ where }) => where !== undefined) && statements.length > 0;
  const reads = [
    readPublication(tx.version, { filters: work.filters, waits: true }, null, desired.name),
    readPublishedTables(tx.version, null, desired.name),
    readExcludedColumns(tx.version, null, desired.name),
    // Without filters, all that is unsafe was known before.
    ...(filtered || found.unsafe.length > 0 ? [readUnsafe(tx.version, null, desired.name)] : []),
  ];
  const answers = filtered
    ? await tx.run(...statements, ...reads).catch((failure) => {
        throw explainFilter(desired, failure) ?? failure;
      })
    : await tx.commit(...statements, ...reads);
  const [publication, published, excluded, unsafeRows = []] = answers.slice(-reads.length).map(({ rows }) => rows);
  const actual = toPublication(publication?.[0], work.filters) as ActualPublication;
  const unsafe = unsafeRows as unknown as UnsafeTable[];
  if (filtered) {
    refuseFilters(work, found, actual, unsafe);
    await tx.commit();
  }
  if (!wish.allowUnsafeTables && unsafe.length > 0)
    context.warn(`UPDATE or DELETE fail in the application for published tables: ${displayAllUnsafe(unsafe, 10)}`);
  const oids = new Map(actual.tables.map((table) => [tableKey(table), table.oid]));
  return {
    oid: actual.oid,
    target: placeOf(found.server),
    token: work.token,
    publishedTables: published ?? [],
    excludedColumns: excluded ?? [],
    tableOids: formatOids(desired.tables.map((table) => oids.get(tableKey(table)))),
    filters: rememberFilters(desired, actual),
    ...(work.adopted && { adopted: true, before: work.before ?? {} }),
  };
}

/** The server's word on a filter does not say whose it is. */
function explainFilter({ tables }: DesiredPublication, failure: QueryFailure): Error | undefined {
  const { code = "", statement } = failure;
  const ofFilters = /^(42|0A|22)/.test(code) && code !== SQLSTATE.insufficientPrivilege;
  if (!ofFilters || !statement?.text.includes(" where (")) return undefined;
  const concerned = tables.filter(({ where }) => where !== undefined && statement.text.includes(where));
  return filterRefused(concerned, serverWords(failure));
}

function refuseFilters(
  { desired, wish }: Work,
  found: Findings,
  actual: ActualPublication,
  unsafe: UnsafeTable[],
): void {
  const { added, removed } = planPublication(desired, actual, {}, true);
  if (added.length > 0 || removed.length > 0)
    throw notOneFilter(desired.tables.filter(({ where }) => where !== undefined));
  const known = new Set(found.unsafe.map(tableKey));
  const fresh = unsafe.filter((table) => !known.has(tableKey(table)));
  if (fresh.length > 0 && !wish.allowUnsafeTables) throw unsafeTables(fresh);
}
