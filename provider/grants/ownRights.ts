import type { Context } from "../lifecycle/context";
import type { GrantsOwnership } from "../postgres/sql/mark";
import { knownObjects } from "./find";
import { preexistingOf, scopesGiven } from "./ownershipNotes";
import type { ActualRight, RightFilter } from "./sql/actual";
import { desiredBy, desiredByOthers } from "./sql/desired";
import { preexistingAmong } from "./sql/preexisting";
import { formerName } from "./sql/renamings";
import type { NamedObject } from "./sql/scope";
import type { GrantsState } from "./state";

/** What is known from before a change: the state of these grants, and all notes on the role. */
export interface History {
  state: GrantsState;
  notes: GrantsOwnership[];
  /** What the names in the state referred to at that time. */
  known: NamedObject[];
  /** The OIDs in the state may now belong to other objects. */
  databaseMoved: boolean;
}

export function historyOf(context: Context, state: GrantsState, notes: GrantsOwnership[]): History {
  return { state, notes, known: knownObjects(context, state), databaseMoved: context.settings.acceptMovedDatabase };
}

/** What these grants gave and no other ClickPipesGrants ask for, whether we may revoke it or not. */
export function ownRights(actual: ActualRight[], history: History): ActualRight[] {
  const { state, notes } = history;
  const preexisting = preexistingRights(actual, history);
  const wasDesired = desiredBefore(history);
  const byOthers = desiredByOthers(notes.filter(({ mark, token }) => mark !== state.mark && token !== state.token));
  return actual.filter((right) => wasDesired(right) && !preexisting.has(right) && !byOthers(right));
}

export function preexistingRights(actual: ActualRight[], { state, notes, databaseMoved }: History): Set<ActualRight> {
  return preexistingAmong(actual, preexistingOf(state, notes), databaseMoved);
}

/** Whether a right was in the scope of these grants, by its current names or by its former ones. */
export function desiredBefore({ state, notes, known }: History): RightFilter {
  const filters = scopesGiven(state, notes).map(desiredBy);
  const formerly = formerName(known);
  return (right) => filters.some((wasDesired) => wasDesired(right) || wasDesired(formerly(right)));
}

export function isRevocable({ actor }: ActualRight): boolean {
  return actor !== "none";
}
