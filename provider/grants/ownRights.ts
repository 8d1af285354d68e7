import type { Context } from "../lifecycle/context";
import { preexistingOf, scopesGiven } from "./ownershipNotes";
import type { SortedNotes } from "./ownNotes";
import type { ActualRight, RightFilter } from "./sql/actual";
import { desiredBy, desiredByOthers } from "./sql/desired";
import { preexistingAmong } from "./sql/preexisting";
import { formerName } from "./sql/renamings";
import type { NamedObject } from "./sql/scope";
import { type GrantsState, knownObjects } from "./state";

/** What is known from before a change: the state of these grants, if there is one, and all notes on the role. */
export interface History {
  state?: GrantsState;
  notes: SortedNotes;
  /** What the names in the state referred to at that time. */
  known: NamedObject[];
  /** The OIDs in the state and in notes may now belong to other objects. */
  databaseMoved: boolean;
}

export function historyOf(context: Context, state: GrantsState, notes: SortedNotes): History {
  return { state, notes, known: knownObjects(context, state), databaseMoved: context.settings.acceptMovedDatabase };
}

/** What these grants gave and no other ClickPipesGrants ask for, whether we may revoke it or not. */
export function ownRights(actual: ActualRight[], history: History): ActualRight[] {
  const preexisting = preexistingRights(actual, history);
  const wasDesired = desiredBefore(history);
  const byOthers = desiredByOthers(history.notes.others);
  return actual.filter((right) => wasDesired(right) && !preexisting.has(right) && !byOthers(right));
}

export function preexistingRights(actual: ActualRight[], { state, notes, databaseMoved }: History): Set<ActualRight> {
  return preexistingAmong(actual, preexistingOf(state, notes.own), databaseMoved);
}

/** Whether a right was in the scope of these grants, by its current names or by its former ones. */
export function desiredBefore({ state, notes, known }: History): RightFilter {
  const filters = scopesGiven(state, notes.own).map(desiredBy);
  const formerly = formerName(known);
  return (right) => filters.some((wasDesired) => wasDesired(right) || wasDesired(formerly(right)));
}

export function isRevocable({ actor }: ActualRight): boolean {
  return actor !== "none";
}
