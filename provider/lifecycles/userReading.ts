import type { Transaction } from "../clients/transaction";
import { type Role, type RoleReference, readRole, toRole } from "../sql/role";
import { readServer, type Server, toServer } from "../sql/server";
import type { UserState } from "./clickPipesUser";
import type { Context } from "./context";

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
 * by its token; by its name alone where it can bear no token.
 */
export function ownRole(role: Role | undefined, state: UserState): Role | undefined {
  const byToken = state.token !== undefined && role?.marked.owner?.token === state.token;
  const known = state.roleOid === undefined || role?.oid === state.roleOid || byToken || role?.mayComment === false;
  return known ? role : undefined;
}
