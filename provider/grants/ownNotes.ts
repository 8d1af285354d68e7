import type { Asker, Whose } from "../ownership/whose";
import { whose } from "../ownership/whose";
import type { GrantsOwnership } from "../postgres/sql/mark";
import type { MarkedRole } from "../postgres/sql/markedRoles";
import type { Role } from "../postgres/sql/role";

/** The notes on a role in one database: those of these grants, and those of other ClickPipesGrants. */
export interface SortedNotes {
  own: GrantsOwnership[];
  others: GrantsOwnership[];
}

export type NoteFilter = (note: GrantsOwnership) => boolean;

export function whoseNote(owner: GrantsOwnership, asker: Asker): Whose {
  return whose({ oid: 0, marked: { comment: null, owner, grants: [] } }, asker);
}

/** The notes that a create or an update takes over: of the state, and of another create of the same resource. */
export function ownNotes(asker: Asker): NoteFilter {
  return (note) => ["current", "sameResource"].includes(whoseNote(note, asker).is);
}

/** The notes that a delete may act on: of the state alone. */
export function currentNotes(asker: Asker): NoteFilter {
  return (note) => whoseNote(note, asker).is === "current";
}

export function sortNotes(notes: GrantsOwnership[], isOwn: NoteFilter): SortedNotes {
  return { own: notes.filter(isOwn), others: notes.filter((note) => !isOwn(note)) };
}

/** Whose the grants to a role are. Several ClickPipesGrants may share the role, so notes of others say nothing about it. */
export function whoseGrants(role: Pick<Role, "oid" | "marked">, notes: GrantsOwnership[], asker: Asker): Whose {
  const all = notes.map((note) => whoseNote(note, asker));
  const [found] = (["current", "sameResource", "ambiguous"] as const).flatMap(
    (is) => all.find((one) => one.is === is) ?? [],
  );
  const { comment } = role.marked;
  return found ?? whose({ oid: role.oid, marked: { comment, grants: [] } }, asker);
}

/** The other roles of the server on which a note names this resource, its parents and this database. */
export function notedElsewhere(marked: MarkedRole[], role: Role, path: string | undefined, asker: Asker): string[] {
  const isExact = (note: GrantsOwnership) =>
    path !== undefined &&
    note.path === path &&
    note.place !== undefined &&
    note.database === asker.here.database &&
    whoseNote(note, asker).is === "sameResource";
  return marked
    .filter(({ name, marked: { grants } }) => name !== role.name && grants.some(isExact))
    .map(({ name }) => name);
}
