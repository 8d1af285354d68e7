import type { GrantsOwnership } from "../postgres/sql/mark";
import { listsBefore, notedBefore, preexistingOf, scopeOf } from "./ownershipNotes";
import type { SortedNotes } from "./ownNotes";
import { desiredBefore, type History, isRevocable, ownRights, preexistingRights } from "./ownRights";
import type { ActualRight } from "./sql/actual";
import { desiredBy, desiredByOthers } from "./sql/desired";
import { preexistingAmong } from "./sql/preexisting";
import { type GrantsInputs, NOTHING_KNOWN } from "./state";
import type { Uncovered } from "./uncovered";

/** What to do with the rights of a role, apart from granting what is missing. */
export interface Change {
  /** What the role keeps when these grants are deleted. */
  preexisting: ActualRight[];
  /** What was granted next to default privileges that existed before, by `rightKey`. */
  given: string[];
  revoke: ActualRight[];
  /** What an earlier create may have given and these grants do not ask for, as far as it is known. It stays. */
  mayRemain?: ActualRight[] | "unknown";
  /** What is not covered according to the state. */
  uncovered?: Uncovered[];
}

/** The role is the same, possibly renamed: revokes what is no longer desired. */
export function decideForSameRole(actual: ActualRight[], history: History, inputs: GrantsInputs): Change {
  const { state, notes, databaseMoved } = history;
  const isDesired = desiredBy(scopeOf(inputs));
  const wasDesired = desiredBefore(history);
  const byOthers = desiredByOthers(notes.others);
  const preexisting = preexistingRights(actual, history);
  const beforeOthers = heldBefore(actual, [...notes.own, ...notes.others], databaseMoved);
  const isNew = (right: ActualRight) =>
    isDesired(right) && !wasDesired(right) && (!byOthers(right) || beforeOthers.has(right));
  return {
    preexisting: actual.filter((right) => preexisting.has(right) || isNew(right)),
    given: preexistingOf(state, notes.own).given,
    revoke: ownRights(actual, history).filter((right) => isRevocable(right) && !isDesired(right)),
    uncovered: state?.uncovered,
  };
}

function heldBefore(actual: ActualRight[], notes: GrantsOwnership[], databaseMoved: boolean): Set<ActualRight> {
  return preexistingAmong(actual, { found: notedBefore(notes) }, databaseMoved);
}

/** A role for which there is no state. */
export interface NewRole {
  actual: ActualRight[];
  notes: SortedNotes;
  /** The OIDs in a note may now belong to other objects. */
  databaseMoved: boolean;
}

/**
 * Without a note of these grants, the role has received nothing from them yet. It keeps what it holds when they are deleted,
 * except for what other ClickPipesGrants gave it. A note is the state of an earlier create, which was killed or is being
 * replaced. Without its lists, what that create gave is unknown, and nothing is revoked.
 */
export function decideForNewRole({ actual, notes, databaseMoved }: NewRole, inputs: GrantsInputs): Change {
  const { own, others } = notes;
  const isResumed = own.length > 0;
  const areListed = own.every(listsBefore);
  if (isResumed && areListed && own.every(({ scope }) => scope !== undefined))
    return decideForSameRole(actual, { notes, known: NOTHING_KNOWN, databaseMoved }, inputs);
  const byOthers = desiredByOthers(others);
  const isDesired = desiredBy(scopeOf(inputs));
  const beforeOthers = heldBefore(actual, [...own, ...others], databaseMoved);
  const stays = (right: ActualRight) => beforeOthers.has(right) || (!(isResumed && areListed) && !byOthers(right));
  return {
    preexisting: actual.filter((right) => isDesired(right) && stays(right)),
    given: [],
    revoke: [],
    ...(isResumed && {
      mayRemain: remainsOf(
        own,
        actual.filter((right) => !isDesired(right) && !byOthers(right)),
      ),
    }),
  };
}

/** What is left of the noted scopes. Unknown if a note has none. */
function remainsOf(own: GrantsOwnership[], unwanted: ActualRight[]): ActualRight[] | "unknown" {
  const filters = own.map(({ scope }) => scope && desiredBy(scope));
  if (filters.includes(undefined)) return "unknown";
  return unwanted.filter((right) => isRevocable(right) && filters.some((wasDesired) => wasDesired?.(right)));
}
