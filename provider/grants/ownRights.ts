import type { Context } from "../lifecycle/context";
import { digestOf, onKnownLeaves, underKnownRoots } from "./leaves/known";
import { preexistingOf, scopesGiven } from "./ownershipNotes";
import type { SortedNotes } from "./ownNotes";
import type { ActualRight, RightFilter } from "./sql/actual";
import { desiredBy, desiredByOthers } from "./sql/desired";
import { preexistingAmong } from "./sql/preexisting";
import { formerName } from "./sql/renamings";
import { type GrantsState, type Known, knownObjects } from "./state";

/** What is known from before a change: the state of these grants, if there is one, and all notes on the role. */
export interface History {
  state?: GrantsState;
  notes: SortedNotes;
  /** What the names in the state referred to at that time, and which leaves it had. */
  known: Known;
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
export function desiredBefore(history: History): RightFilter {
  const { state, notes, known } = history;
  const filters = scopesGiven(state, notes.own).map(desiredBy);
  const formerly = formerName(known.objects);
  const then = knowsLeaves(history) ? underKnownRoots(known.leaves) : (right: ActualRight) => right;
  const wasLeaf = onKnownLeaves(known.leaves);
  return (right) => {
    const before = then(right);
    return wasLeaf(right) || filters.some((wasDesired) => wasDesired(before) || wasDesired(formerly(before)));
  };
}

/**
 * Whether the state lists every leaf that these grants gave. A run that was killed may have given more. The digest in its note then
 * differs from that of the state, and every leaf that is in the scope now counts as given.
 */
function knowsLeaves({ state, notes, known, databaseMoved }: History): boolean {
  if (!state || databaseMoved) return false;
  const digest = digestOf(known.leaves);
  return notes.own.every(({ leaves }) => leaves === digest);
}

export function isRevocable({ actor }: ActualRight): boolean {
  return actor !== "none";
}
