import type { Context } from "../lifecycle/context";
import type { RoleReference } from "../postgres/sql/role";
import { parseObjects } from "./sql/objects";
import type { NamedObject } from "./sql/scope";
import type { GrantsState } from "./state";

/** The role of a state; after `.get()` that is the id. The role may have been renamed since. */
export function referenceTo(context: Context, { id, role = id, roleOid }: GrantsState): RoleReference {
  return { oid: context.oidOf(roleOid), name: role };
}

/** What the names of the scope referred to when it was granted. In a moved database, the OIDs may belong to other objects. */
export function knownObjects(context: Context, { objects }: GrantsState): NamedObject[] {
  return context.settings.acceptMovedDatabase || typeof objects !== "string" ? [] : parseObjects(objects);
}
