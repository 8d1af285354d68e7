import type { Context } from "../lifecycle/context";
import { type Role, type RoleReference, readRole } from "../postgres/sql/role";
import { mapAnswer, type Query } from "../postgres/sql/statement";
import type { UserState } from "./state";

/** The role of a state; `name` as it is known there. After `.get()` the id is all that is known. */
export function referenceTo(context: Context, state: UserState): RoleReference {
  return { oid: context.oidOf(state.roleOid), name: state.name ?? state.id };
}

/**
 * The role found, if it is the one in the state and not another of its name: by OID; on a server that it was restored to,
 * by its token, or by its name alone where it was adopted without the right to write one.
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
