import { isDeepStrictEqual } from "node:util";
import { markerOf } from "../ownership/identity";
import type { KnownLeaves } from "../pipe/leaves";
import { type GrantsOwnership, type NotedScope, withGrants } from "../postgres/sql/mark";
import type { Place } from "../postgres/sql/place";
import type { Role } from "../postgres/sql/role";
import { commentOnRole } from "../postgres/sql/roleComment";
import type { Statement } from "../postgres/sql/statement";
import { digestOf } from "./leaves/known";
import type { NoteFilter } from "./ownNotes";
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
   * The statements that write the note, or remove it when `note` is undefined. It replaces earlier notes for this database.
   * If we may not write the comment, there are no statements, and the note counts at once: the answer to a COMMIT may be lost.
   */
  write(role: Role, place: Place, replaces: NoteFilter, note: GrantsOwnership | undefined): Statement[] {
    const added = note ? [note] : [];
    if (role.mayComment) {
      const isReplaced: NoteFilter = (other) => other.database === place.database && replaces(other);
      return commentOnRole(role, { ...role.marked, grants: withGrants(role.marked.grants, isReplaced, ...added) });
    }
    const others = this.of(role, place).filter((other) => !replaces(other));
    this.#ofThisRun.set(keyOf(role, place), [...others, ...added]);
    return [];
  }
}

function keyOf(role: Role, place: Place): string {
  return JSON.stringify([place.systemIdentifier, place.neonBranch, place.database, role.oid]);
}

/** `before`: what the role held before these grants, and what they gave next to default privileges that it held. */
export function noteOf(
  inputs: GrantsInputs,
  place: Place,
  token: string,
  { found = [], given = [] }: Preexisting,
  leaves: KnownLeaves[],
): GrantsOwnership {
  const scope = scopeOf(inputs);
  const names = (Array.isArray(scope.schemas) ? scope.schemas.length : 0) + (scope.tables?.length ?? 0);
  return {
    database: place.database,
    ...markerOf(inputs, place, token),
    ...(found.length > 0 && { found: true }),
    ...(found.length > 0 && found.length <= MOST_RIGHTS && { before: found }),
    ...(given.length > 0 && given.length <= MOST_RIGHTS && { given }),
    ...(leaves.length > 0 && { leaves: digestOf(leaves) }),
    ...(names <= LONGEST_SCOPE && { scope }),
  };
}

/** What the role held before any ClickPipesGrants, as far as the notes list it. */
export function notedBefore(notes: GrantsOwnership[]): string[] {
  return notes.flatMap(({ before }) => rightKeys(before));
}

/** A comment may hold anything, since any user may have written it. */
function rightKeys(listed: unknown): string[] {
  return (Array.isArray(listed) ? listed : []).filter(isRightKey);
}

export function scopeOf({ schemas, tables, objectOwners }: ScopeInputs): NotedScope {
  return { ...(schemas && { schemas }), ...(tables && { tables }), ...(objectOwners && { objectOwners }) };
}

/** Whether the note lists what the role held before. Otherwise it is unknown which part of the scope these grants gave. */
export function listsBefore({ found, before }: GrantsOwnership): boolean {
  return !found || before !== undefined;
}

/**
 * What these grants may have given: the scope in the state, and the scopes that killed runs noted before they could write their
 * state. If the role held too much before for a note to list it, the noted scope does not count.
 */
export function scopesGiven(state: GrantsState | undefined, own: GrantsOwnership[]): NotedScope[] {
  const noted = own.filter(listsBefore).flatMap(({ scope }) => scope ?? []);
  const all = [...(state ? [scopeOf(state)] : []), ...noted];
  return all.filter((scope, index) => all.findIndex((one) => isDeepStrictEqual(one, scope)) === index);
}

/** What the role held before these grants, according to the state and to the notes of killed runs. */
export function preexistingOf(state: GrantsState | undefined, own: GrantsOwnership[]): Required<Preexisting> {
  return {
    found: [...(state?.found ?? []), ...notedBefore(own)],
    given: [...new Set([...(state?.given ?? []), ...own.flatMap(({ given }) => rightKeys(given))])],
  };
}
