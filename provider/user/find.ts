import type { Context } from "../lifecycle/context";
import { type Role, type RoleReference, readRole } from "../postgres/sql/role";
import { mapAnswer, type Query } from "../postgres/sql/statement";
import type { UserState } from "./state";

/** Refers to the role in the state. After `.get()` the state holds only the id, which is the role's name. */
export function referenceTo(context: Context, state: UserState): RoleReference {
  return { oid: context.oidOf(state.roleOid), name: state.name ?? state.id };
}

/**
 * Reads the role in the state, and ignores another role of the same name. The OID identifies it. On a server that the
 * database was restored to, the token does, or the name alone if the role was adopted without the right to write a token.
 */
export function readOwnRole(reference: RoleReference, state: UserState): Query<Role | undefined> {
  return mapAnswer(readRole(reference), (role) => (role && isOwn(role, state, reference) ? role : undefined));
}

function isOwn(role: Role, state: UserState, { oid }: RoleReference): boolean {
  if (state.roleOid === undefined || role.oid === state.roleOid) return true;
  if (state.token !== undefined && role.marked.owner?.token === state.token) return true;
  const moved = oid === null;
  return moved && state.adopted === true && !role.mayComment;
}
