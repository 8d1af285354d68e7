import { isDeepStrictEqual } from "node:util";
import { formatComment, type GrantsOwnership, type NotedScope, withGrants } from "../postgres/sql/mark";
import type { Place } from "../postgres/sql/place";
import type { Role } from "../postgres/sql/role";
import { commentOnRole } from "../postgres/sql/roleComment";
import type { Statement } from "../postgres/sql/statement";
import { isRightKey, type Preexisting } from "./sql/preexisting";
import type { ScopeInputs } from "./sql/scope";
import type { GrantsInputs, GrantsState } from "./state";

/** The longest scope that fits into a comment, in names, and the largest number of rights. */
const LONGEST_SCOPE = 200;
const MOST_RIGHTS = 100;

/**
 * The notes of this run for roles whose comment we may not write. They keep a late delete in the same run from revoking what a
 * newer create has just granted.
 */
export class OwnershipNotes {
  readonly #ofThisRun = new Map<string, GrantsOwnership[]>();

  /** All ClickPipesGrants that are noted for this role in this database. */
  of(role: Role, place: Place): GrantsOwnership[] {
    const noted = role.mayComment ? role.marked.grants : (this.#ofThisRun.get(keyOf(role, place)) ?? []);
    return noted.filter(({ database }) => database === place.database);
  }

  /**
   * The statements that write the note, or remove it when `note` is undefined. It replaces the earlier notes of these marks.
   * If we may not write the comment, there are no statements, and the note counts at once: the answer to a COMMIT may be lost.
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

/** What the role held before any ClickPipesGrants, as far as the notes list it. */
export function notedBefore(notes: GrantsOwnership[]): string[] {
  return notes.flatMap(({ before }) => (Array.isArray(before) ? before : [])).filter(isRightKey);
}

export function scopeOf({ schemas, tables, objectOwners }: ScopeInputs): NotedScope {
  return { ...(schemas && { schemas }), ...(tables && { tables }), ...(objectOwners && { objectOwners }) };
}

/**
 * What these grants may have given: the scope in the state, and the scope that a killed run noted before it could write its
 * state. If the role held too much before for the note to list it, the noted scope does not count: which part
 * of it these grants gave is unknown.
 */
export function scopesGiven(state: GrantsState, notes: GrantsOwnership[]): NotedScope[] {
  const own = ownNote(state, notes);
  const inState = scopeOf(state);
  const noted = own?.found && own.before === undefined ? undefined : own?.scope;
  return noted === undefined || isDeepStrictEqual(noted, inState) ? [inState] : [inState, noted];
}

/** What the role held before these grants, according to the state and to the note of a killed run. */
export function preexistingOf(state: GrantsState, notes: GrantsOwnership[]): Preexisting {
  const own = ownNote(state, notes);
  return { found: [...(state.found ?? []), ...notedBefore(own ? [own] : [])], given: state.given };
}

function ownNote(state: GrantsState, notes: GrantsOwnership[]): GrantsOwnership | undefined {
  return notes.find(({ token }) => token === state.token);
}
