import type { Context } from "../lifecycle/context";
import { displayBlocker } from "../postgres/errors";
import { displayTable, tableKey } from "../postgres/sql/table";
import type { ActualPublication } from "./sql/actual";
import type { DesiredPublication } from "./sql/desired";
import { rememberFilters } from "./sql/filters";
import type { PublicationOutputs, PublicationState } from "./state";
import type { Survey } from "./survey";

/** Names the tables that somebody has locked, so that their row filters cannot be read: what the state says of them stays. */
export function warnOfUnread(context: Context, { tables }: ActualPublication): void {
  for (const { heldBy, ...table } of tables) {
    if (heldBy === undefined) continue;
    context.warn(
      `the row filter of ${displayTable(table)} is not the one that is known, and cannot be read while ${displayBlocker(heldBy)} ` +
        "has the table locked: run `pulumi refresh` when that is done",
    );
  }
}

/** Filters that nobody can read for now are judged by `pulumi up`, which waits for them. */
export function takeUnreadAsDesired(survey: Survey, desired: DesiredPublication): Survey {
  const { actual } = survey;
  if (!actual) return survey;
  const filters = new Map(desired.tables.map((table) => [tableKey(table), table.where]));
  const tables = actual.tables.map((table) =>
    table.heldBy ? { ...table, where: filters.get(tableKey(table)) } : table,
  );
  return { ...survey, actual: { ...actual, tables } };
}

/** At the first look of what is not ours, and later of what could not be looked at then. */
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
