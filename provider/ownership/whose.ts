import { hasUnreadableMarker, type Identity, type Marked, type Ownership } from "../postgres/sql/mark";
import type { Place } from "../postgres/sql/place";
import { sameResource, sameStack } from "./identity";

/** The resource that asks whose an object is. */
export interface Asker {
  /** What the program calls it now and, if it was renamed, what it was called before. */
  identities: readonly Identity[];
  /** What its state holds. Undefined in a create. */
  state?: { token?: string; oid?: number };
  /** Another resource of the program has the same mark, and only the path tells the two apart. */
  hasNamesake?: boolean;
  /** Where it looks. A role belongs to a server, so its database does not count. */
  here: Omit<Place, "database"> & { database?: string };
}

/** An object that exists, with the comment that it carries. */
export interface Seen {
  oid: number;
  marked: Marked;
}

/**
 * - `current`: it carries the token of the state. This proves that it is the resource's own, whatever else the marker says.
 * - `unmarked`: it is the object of the state by its OID, and carries no marker any more.
 * - `sameResource`: another create of the same resource owns it. For a create, that is an interrupted run.
 * - `ambiguous`: the marker of an earlier version, which two resources of the program may have made.
 * - `sibling`: another resource of this stack owns it.
 * - `otherStack`: a resource of another stack owns it.
 * - `copy`: its marker was written in another place, so it came here with a branch, a template or a dump.
 * - `noOne`: it carries no marker.
 * - `unreadable`: it carries a marker that cannot be read.
 */
export type Whose =
  | { is: "current" | "sameResource" | "ambiguous" | "sibling" | "otherStack" | "copy"; owner: Ownership }
  | { is: "unmarked" | "noOne" | "unreadable"; owner?: undefined };

/** Tells whose an object is. Every verb of every resource asks this function, so that no two of them disagree. */
export function whose(seen: Seen, asker: Asker): Whose {
  const { owner } = seen.marked;
  const { identities, state, here } = asker;
  if (!owner) {
    if (state?.oid !== undefined && state.oid === seen.oid) return { is: "unmarked" };
    return { is: hasUnreadableMarker(seen.marked) ? "unreadable" : "noOne" };
  }
  if (isToken(state?.token, owner)) return { is: "current", owner };
  if (isElsewhere(owner.place, here)) return { is: "copy", owner };
  if (identities.some((identity) => sameResource(identity, owner)))
    return { is: owner.path === undefined && asker.hasNamesake ? "ambiguous" : "sameResource", owner };
  return { is: identities.some(({ mark }) => sameStack(mark, owner.mark)) ? "sibling" : "otherStack", owner };
}

/** Whether the marker was written here for this very resource. Without a path, it may be a namesake's. */
export function isExactlyOf({ mark, path }: Identity, here: Asker["here"], owner: Ownership | undefined): boolean {
  if (owner?.path === undefined || isElsewhere(owner.place, here)) return false;
  return owner.mark === mark && owner.path === path;
}

/** Two absent tokens are never equal. */
export function isToken(token: string | undefined, marker: Pick<Ownership, "token">): boolean {
  return token !== undefined && token === marker.token;
}

/** Branches of Neon share a system identifier. Earlier versions wrote no place. */
export function isElsewhere(place: Place | undefined, here: Asker["here"]): boolean {
  if (place === undefined) return false;
  const differ = (key: "neonProject" | "neonBranch" | "database") =>
    place[key] !== undefined && here[key] !== undefined && place[key] !== here[key];
  return (
    place.systemIdentifier !== here.systemIdentifier ||
    differ("neonProject") ||
    differ("neonBranch") ||
    differ("database")
  );
}
