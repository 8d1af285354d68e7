import { isDeepStrictEqual } from "node:util";
import { formatComment, type GrantsOwnership, type NotedScope, withGrants } from "../postgres/sql/mark";
import type { Place } from "../postgres/sql/place";
import type { Role } from "../postgres/sql/role";
import { commentOnRole } from "../postgres/sql/roleComment";
import type { Statement } from "../postgres/sql/statement";
import { isRightKey, type Preexisting } from "./sql/preexisting";
import type { ScopeInputs } from "./sql/scope";
import type { GrantsInputs, GrantsState } from "./state";

/** The longest scope that goes into a comment, in names, and the most rights. */
const LONGEST_SCOPE = 200;
const MOST_RIGHTS = 100;

/**
 * What this run has noted for roles whose comment is not ours to write: enough to keep a late delete in the same run from
 * taking what a newer create has just granted.
 */
export class OwnershipNotes {
  readonly #ofThisRun = new Map<string, GrantsOwnership[]>();

  /** All grants noted for this role in this database. */
  of(role: Role, place: Place): GrantsOwnership[] {
    const noted = role.mayComment ? role.marked.grants : (this.#ofThisRun.get(keyOf(role, place)) ?? []);
    return noted.filter(({ database }) => database === place.database);
  }

  /**
   * The statements that put the note in, or take it out when `note` is undefined; what these marks noted before makes room.
   * Where the comment is not ours to write there are none, and the note counts at once: the answer to a COMMIT may be lost.
   */
  write(role: Role, place: Place, marks: string[], note: GrantsOwnership | undefined): Statement[] {
    if (role.mayComment)
      return commentOnRole(role, formatComment(withGrants(role.marked, place.database, marks, note)));
    const others = this.of(role, place).filter(({ mark }) => !marks.includes(mark));
    this.#ofThisRun.set(keyOf(role, place), note ? [...others, note] : others);
    return [];
  }
}

function keyOf(role: Role, place: Place): string {
  return JSON.stringify([place.systemIdentifier, place.neonBranch, place.database, role.oid]);
}

export function noteOf(inputs: GrantsInputs, place: Place, token: string, found: string[]): GrantsOwnership {
  const scope = scopeOf(inputs);
  const names = (Array.isArray(scope.schemas) ? scope.schemas.length : 0) + (scope.tables?.length ?? 0);
  return {
    database: place.database,
    mark: inputs.mark,
    token,
    ...(found.length > 0 && { found: true }),
    ...(found.length > 0 && found.length <= MOST_RIGHTS && { before: found }),
    ...(names <= LONGEST_SCOPE && { scope }),
  };
}

/** What stood before any grants of ours, as far as it is noted. */
export function notedBefore(notes: GrantsOwnership[]): string[] {
  return notes.flatMap(({ before }) => (Array.isArray(before) ? before : [])).filter(isRightKey);
}

export function scopeOf({ schemas, tables, objectOwners }: ScopeInputs): NotedScope {
  return { ...(schemas && { schemas }), ...(tables && { tables }), ...(objectOwners && { objectOwners }) };
}

/**
 * What these grants may have given: what the state says, and what a run noted that was killed before it could say so. Where
 * too much was there before to be noted, nobody knows any more which part of that is ours, and it is left.
 */
export function scopesGiven(state: GrantsState, notes: GrantsOwnership[]): NotedScope[] {
  const own = ownNote(state, notes);
  const inState = scopeOf(state);
  const noted = own?.found && own.before === undefined ? undefined : own?.scope;
  return noted === undefined || isDeepStrictEqual(noted, inState) ? [inState] : [inState, noted];
}

/** What stood before these grants: what the state says, and what such a run noted. */
export function preexistingOf(state: GrantsState, notes: GrantsOwnership[]): Preexisting {
  const own = ownNote(state, notes);
  return { found: [...(state.found ?? []), ...notedBefore(own ? [own] : [])], given: state.given };
}

function ownNote(state: GrantsState, notes: GrantsOwnership[]): GrantsOwnership | undefined {
  return notes.find(({ token }) => token === state.token);
}
