import type { Identity, Ownership } from "../postgres/sql/mark";
import type { Place } from "../postgres/sql/place";

/** Whether both name the same resource. A path that an earlier version left out may be any. */
export function sameResource(a: Identity, b: Identity): boolean {
  return a.mark === b.mark && (a.path === undefined || b.path === undefined || a.path === b.path);
}

export function sameStack(a: string, b: string): boolean {
  return stackOf(a) === stackOf(b);
}

/** The `organization/project/stack` of a mark. The type and the name follow. */
function stackOf(mark: string): string {
  return mark.split("/").slice(0, 3).join("/");
}

export function differInOrganizationAlone(a: string, b: string): boolean {
  const rest = (mark: string) => mark.slice(mark.indexOf("/"));
  return a !== b && rest(a) === rest(b);
}

/** The mark, and the types of the parents if there are any. `isLong`: also says that there are none. */
export function displayIdentity({ mark, path }: Identity, isLong = false): string {
  if (path) return `${mark} (in ${path})`;
  return isLong && path === "" ? `${mark} (in no component)` : mark;
}

/** The marker that a create or an update writes. */
export function markerOf({ mark, path }: Identity, place: Place, token: string, adopted = false): Ownership {
  return { mark, ...(path !== undefined && { path }), token, place, ...(adopted && { adopted: true }) };
}
