import type { Context } from "../lifecycle/context";
import { displayBlocker } from "../postgres/errors";
import { displayTable, tableKey } from "../postgres/sql/table";
import type { ActualPublication } from "./sql/actual";
import type { DesiredPublication } from "./sql/desired";
import { rememberFilters } from "./sql/filters";
import type { PublicationOutputs, PublicationState } from "./state";
import type { Survey } from "./survey";

/** Warns about row filters that cannot be read because the tables are locked. What the state holds about them stays. */
export function warnOfUnread(context: Context, { tables }: ActualPublication): void {
  for (const { heldBy, ...table } of tables) {
    if (heldBy === undefined) continue;
    context.warn(
      `the row filter of ${displayTable(table)} is new or changed, and cannot be read while ${displayBlocker(heldBy)} has the table locked.\n` +
        "Run `pulumi refresh` when the lock is released.",
    );
  }
}

/** Treats filters that cannot be read now as unchanged. `pulumi up` waits for them and checks them. */
export function takeUnreadAsDesired(survey: Survey, desired: DesiredPublication): Survey {
  const { actual } = survey;
  if (!actual) return survey;
  const filters = new Map(desired.tables.map((table) => [tableKey(table), table.where]));
  const tables = actual.tables.map((table) =>
    table.heldBy ? { ...table, where: filters.get(tableKey(table)) } : table,
  );
  return { ...survey, actual: { ...actual, tables } };
}

/** Records the filters at the first read of a publication that is only read, and later those that could not be read then. */
export function rememberRead(state: PublicationState, actual: ActualPublication): Partial<PublicationOutputs> {
  const isKnown = state.target !== undefined;
  const waiting = isKnown ? (state.unread ?? []) : actual.tables.map(tableKey);
  if (waiting.length === 0) return {};
  const tables = actual.tables.filter((table) => waiting.includes(tableKey(table)));
  const unread = tables.filter(({ heldBy }) => heldBy !== undefined).map(tableKey);
  const read = tables.filter(({ heldBy }) => heldBy === undefined);
  return {
    filters: { ...state.filters, ...rememberFilters({ ...actual, tables: read }, actual) },
    unread: unread.length > 0 ? unread : undefined,
  };
}
