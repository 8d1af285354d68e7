import type { GrantsOwnership } from "../postgres/sql/mark";
import { notedBefore, scopeOf } from "./ownershipNotes";
import { desiredBefore, type History, isRevocable, ownRights, preexistingRights } from "./ownRights";
import type { ActualRight } from "./sql/actual";
import { desiredBy, desiredByOthers } from "./sql/desired";
import { preexistingAmong } from "./sql/preexisting";
import type { GrantsInputs } from "./state";
import type { Uncovered } from "./uncovered";

/** What to do about the rights of a role, besides giving it what it lacks. */
export interface Change {
  /** What stays when these grants go. */
  preexisting: ActualRight[];
  /** By `rightKey`, what was given next to default privileges that were there before. */
  given: string[];
  revoke: ActualRight[];
  /** Whose note the new one replaces: a resource may be called otherwise in the program now. */
  oldMark: string;
  /** What the state says is not covered. */
  uncovered?: Uncovered[];
}

/** The same role, perhaps under another name: takes back what is no longer desired. */
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

/** What a role stands for to which these grants gave nothing yet. */
export interface NewRole {
  actual: ActualRight[];
  notes: GrantsOwnership[];
  oldMark: string;
  /** An OID in a note may be another object's. */
  databaseMoved: boolean;
}

/** A role to which these grants gave nothing yet. What it holds stays when we go, but for what other grants of ours gave. */
export function decideForNewRole({ actual, notes, oldMark, databaseMoved }: NewRole, inputs: GrantsInputs): Change {
  const own = notes.find(({ mark }) => mark === inputs.mark);
  const byOthers = desiredByOthers(notes.filter(({ mark }) => mark !== oldMark && mark !== inputs.mark));
  const isDesired = desiredBy(scopeOf(inputs));
  const beforeOthers = preexistingAmong(actual, { found: notedBefore(notes) }, databaseMoved);
  // What a killed run of ours gave, or these grants before they are made again, is not somebody else's; where there was
  // too much before to be noted, nobody knows any more what.
  const isKnown = own !== undefined && (!own.found || own.before !== undefined);
  const stays = (right: ActualRight) => beforeOthers.has(right) || (!isKnown && !byOthers(right));
  return { preexisting: actual.filter((right) => isDesired(right) && stays(right)), given: [], revoke: [], oldMark };
}
