import type { Context } from "../lifecycle/context";
import { serverWords } from "../postgres/errors";
import type { QueryFailure } from "../postgres/session";
import { placeOf } from "../postgres/sql/server";
import { tableKey } from "../postgres/sql/table";
import { SQLSTATE } from "../postgres/sqlstate";
import type { Transaction } from "../postgres/transaction";
import { malformedFilter, refusedFilter, unsafeTables } from "./refusals";
import type { ActualPublication } from "./sql/actual";
import type { DesiredPublication } from "./sql/desired";
import { type Filters, rememberFilters } from "./sql/filters";
import { readPublishedTables } from "./sql/members";
import { planPublication } from "./sql/plan";
import { readExcludedColumns, readExisting } from "./sql/read";
import { describeUnsafe, readUnsafe, type UnsafeTable } from "./sql/safety";
import { formatOids, type PublicationOutputs } from "./state";
import type { Step } from "./step";
import type { Survey } from "./survey";

/** What the database holds after a change, for the state. */
export type Recorded = Omit<PublicationOutputs, "token" | "adopted" | "before">;

/** Runs the statements. If there are row filters, it checks what the server made of them before it commits. */
export async function commitChange(
  context: Context,
  tx: Transaction,
  { change, sent }: Step,
  survey: Survey,
  filters: Filters,
): Promise<Recorded> {
  const { desired, inputs } = change;
  const { version } = tx;
  const { name } = desired;
  const isFiltered = desired.tables.some(({ where }) => where !== undefined) && sent.statements.length > 0;
  // Without filters, all unsafe tables were known before.
  const mayBeUnsafe = isFiltered || survey.unsafe.length > 0;
  const queries = [
    readExisting(version, { filters, waits: true }, null, name),
    readPublishedTables(version, null, name),
    readExcludedColumns(version, null, name),
    ...(mayBeUnsafe ? [readUnsafe(version, null, name)] : []),
  ] as const;
  const [actual, publishedTables, excludedColumns, unsafe = []] = isFiltered
    ? await tx.run(sent, ...queries)
    : await tx.commit(sent, ...queries);
  if (isFiltered) {
    refuseEscapingFilters(desired, actual);
    if (!inputs.allowUnsafeTables) refuseNewlyUnsafe(survey, unsafe);
    await tx.commit([]);
  }
  if (!inputs.allowUnsafeTables && unsafe.length > 0)
    context.warn(
      ["UPDATE or DELETE fails in the application for these published tables.", ...describeUnsafe(unsafe, 10)].join(
        "\n",
      ),
    );
  const oids = new Map(actual.tables.map((table) => [tableKey(table), table.oid]));
  return {
    oid: actual.oid,
    target: placeOf(survey.server),
    publishedTables,
    excludedColumns,
    schemaOids: actual.schemaOids,
    tableOids: formatOids(desired.tables.map((table) => oids.get(tableKey(table)))),
    filters: rememberFilters(desired, actual),
  };
}

/** Names the table of a filter that the server rejected, since the server does not. */
export function filterFailure({ tables }: DesiredPublication, failure: QueryFailure): Error | undefined {
  const { code = "", statement } = failure;
  const ofFilters = /^(42|0A|22)/.test(code) && code !== SQLSTATE.insufficientPrivilege;
  if (!ofFilters || !statement?.text.includes(" where (")) return undefined;
  const concerned = tables.filter(({ where }) => where !== undefined && statement.text.includes(where));
  if (concerned.length === 0) return undefined;
  return refusedFilter(concerned, serverWords(failure));
}

/** Refuses a filter that closed its own parenthesis, and so added tables to the statement or dropped some from it. */
function refuseEscapingFilters(desired: DesiredPublication, actual: ActualPublication): void {
  const { added, removed } = planPublication(desired, actual, {}, true);
  if (added.length > 0 || removed.length > 0)
    throw malformedFilter(desired.tables.filter(({ where }) => where !== undefined));
}

function refuseNewlyUnsafe({ unsafe: before }: Survey, unsafe: UnsafeTable[]): void {
  const known = new Set(before.map(tableKey));
  const newly = unsafe.filter((table) => !known.has(tableKey(table)));
  if (newly.length > 0) throw unsafeTables(newly);
}
