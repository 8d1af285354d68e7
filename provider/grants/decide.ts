import type { GrantsOwnership } from "../postgres/sql/mark";
import { notedBefore, scopeOf } from "./ownershipNotes";
import { desiredBefore, type History, isRevocable, ownRights, preexistingRights } from "./ownRights";
import type { ActualRight } from "./sql/actual";
import { desiredBy, desiredByOthers } from "./sql/desired";
import { preexistingAmong } from "./sql/preexisting";
import type { GrantsInputs } from "./state";
import type { Uncovered } from "./uncovered";

/** What to do with the rights of a role, apart from granting what is missing. */
export interface Change {
  /** What the role keeps when these grants are deleted. */
  preexisting: ActualRight[];
  /** What was granted next to default privileges that existed before, by `rightKey`. */
  given: string[];
  revoke: ActualRight[];
  /** The mark whose note the new note replaces: the resource may have been renamed in the program. */
  oldMark: string;
  /** What is not covered according to the state. */
  uncovered?: Uncovered[];
}

/** The role is the same, possibly renamed: revokes what is no longer desired. */
export function decideForSameRole(actual: ActualRight[], history: History, inputs: GrantsInputs): Change {
  const { state, notes, databaseMoved } = history;
  const isDesired = desiredBy(scopeOf(inputs));
  const wasDesired = desiredBefore(history);
  const byOthers = desiredByOthers(notes.filter(({ mark }) => mark !== state.mark && mark !== inputs.mark));
  const preexisting = preexistingRights(actual, history);
  const beforeOthers = preexistingAmong(actual, { found: notedBefore(notes) }, databaseMoved);
  const isNew = (right: ActualRight) =>
    isDesired(right) && !wasDesired(right) && (!byOthers(right) || beforeOthers.has(right));
  return {
    preexisting: actual.filter((right) => preexisting.has(right) || isNew(right)),
    given: state.given ?? [],
    revoke: ownRights(actual, history).filter((right) => isRevocable(right) && !isDesired(right)),
    oldMark: state.mark,
    uncovered: state.uncovered,
  };
}

/** A role that has received nothing from these grants yet. */
export interface NewRole {
  actual: ActualRight[];
  notes: GrantsOwnership[];
  oldMark: string;
  /** The OIDs in a note may now belong to other objects. */
  databaseMoved: boolean;
}

/**
 * The role has received nothing from these grants yet. It keeps what it holds when they are deleted, except for what other
 * ClickPipesGrants gave it.
 */
export function decideForNewRole({ actual, notes, oldMark, databaseMoved }: NewRole, inputs: GrantsInputs): Change {
  const own = notes.find(({ mark }) => mark === inputs.mark);
  const byOthers = desiredByOthers(notes.filter(({ mark }) => mark !== oldMark && mark !== inputs.mark));
  const isDesired = desiredBy(scopeOf(inputs));
  const beforeOthers = preexistingAmong(actual, { found: notedBefore(notes) }, databaseMoved);
  // A killed run of these grants may have given what the role holds, and so may the same grants before they were created again.
  // Their note lists what the role held before them. Without that list, what they gave is unknown.
  const isKnown = own !== undefined && (!own.found || own.before !== undefined);
  const stays = (right: ActualRight) => beforeOthers.has(right) || (!isKnown && !byOthers(right));
  return { preexisting: actual.filter((right) => isDesired(right) && stays(right)), given: [], revoke: [], oldMark };
}
