import type { Context } from "../lifecycle/context";
import type { RoleReference } from "../postgres/sql/role";
import { parseObjects } from "./sql/objects";
import type { NamedObject } from "./sql/scope";
import type { GrantsState } from "./state";

/** The role of a state, which after `.get()` is its id; its name may have changed since. */
export function referenceTo(context: Context, { id, role = id, roleOid }: GrantsState): RoleReference {
  return { oid: context.oidOf(roleOid), name: role };
}

/** What the names of the scope meant when it was granted; in a database that was moved that may be other objects. */
export function knownObjects(context: Context, { objects }: GrantsState): NamedObject[] {
  return context.settings.acceptMovedDatabase || typeof objects !== "string" ? [] : parseObjects(objects);
}
