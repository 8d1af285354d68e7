import type { Context } from "../lifecycle/context";
import { type Role, type RoleReference, readRole, toRole } from "../postgres/sql/role";
import { readServer, type Server, toServer } from "../postgres/sql/server";
import type { Transaction } from "../postgres/transaction";
import type { UserState } from "./state";

/** The role of a state; `name` as it is known there. */
export function referenceTo(context: Context, state: UserState): RoleReference {
  return { oid: context.oidOf(state.roleOid), name: state.name };
}

export async function readBoth(
  tx: Transaction,
  reference: RoleReference,
): Promise<{ server: Server; role: Role | undefined }> {
  const [serverAnswer, roleAnswer] = await tx.run(readServer, readRole(reference));
  return { server: toServer(serverAnswer?.rows[0] ?? {}), role: toRole(roleAnswer?.rows[0]) };
}

/**
 * The role found, if it is the one in the state and not another of its name: by OID; on a server that it was restored to,
 * by its token, or by its name alone where it was adopted without the right to write one.
 */
export function ownRole(role: Role | undefined, state: UserState, { oid }: RoleReference): Role | undefined {
  if (!role || state.roleOid === undefined || role.oid === state.roleOid) return role;
  if (state.token !== undefined && role.marked.owner?.token === state.token) return role;
  const moved = oid === null;
  return moved && state.adopted && !role.mayComment ? role : undefined;
}
