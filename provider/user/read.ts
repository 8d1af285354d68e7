import type { Context } from "../lifecycle/context";
import type { Found, Unmarked } from "../lifecycle/lifecycle";
import type { Role } from "../postgres/sql/role";
import { placeOf, readServer } from "../postgres/sql/server";
import { readOwnRole, referenceTo } from "./find";
import { findPasswordDrift } from "./password/login";
import { sameInstant } from "./sql/plan";
import { privilegesOf } from "./sql/privileges";
import type { UserInputs, UserOutputs, UserState } from "./state";

export async function readUser(
  context: Context,
  state: UserState,
): Promise<Found<UserInputs, UserOutputs> | undefined> {
  const own = readOwnRole(referenceTo(context, state), state);
  const [server, role] = await context.postgres.read((session) => session.ask(readServer, own));
  context.checkPlace(server, state);
  if (!role) return undefined;
  const drift = [...driftOf(role, server.privilegedRole, state), ...(await findPasswordDrift(context, role, state))];
  return { outputs: { roleOid: role.oid, target: placeOf(server) }, inputs: liveInputs(role, state), drift };
}

/** Only what the program mentions is compared; the rest of the role is as it was found. */
function liveInputs(role: Role, state: UserState): Unmarked<UserInputs> {
  const { passwordVersion, adopt, deleteAdopted, allowPrivileged, allowLeftoverSlots } = state;
  const { connectionLimit, validUntil, comment } = state;
  const validity = sameInstant(validUntil, role.validUntil) ? validUntil : (role.validUntil ?? "infinity");
  return {
    name: role.name,
    passwordVersion,
    adopt,
    deleteAdopted,
    allowPrivileged,
    allowLeftoverSlots,
    ...(!state.generated && { password: state.password }),
    ...(connectionLimit !== undefined && { connectionLimit: role.connectionLimit }),
    ...(validUntil !== undefined && { validUntil: validity }),
    ...(comment !== undefined && { comment: role.marked.comment ?? "" }),
  };
}

function driftOf(role: Role, privilegedRole: string | undefined, state: UserState): string[] {
  const name = `role "${role.name}"`;
  const privileges = state.allowPrivileged ? [] : privilegesOf(role, privilegedRole);
  return [
    ...(role.canLogin ? [] : [`${name} may not log in (NOLOGIN)`]),
    ...(role.replication ? [] : [`${name} has lost REPLICATION`]),
    ...privileges.map(({ found }) => `${name} is more than a reader: ${found}`),
    ...(hasLostMark(role, state) ? [`${name} does not bear this resource's mark in its comment`] : []),
  ];
}

/** A mark of another resource there is no loss of ours. */
function hasLostMark(role: Role, state: UserState): boolean {
  const { owner } = role.marked;
  if (state.token === undefined || !role.mayComment || owner?.token === state.token) return false;
  return owner === undefined || owner.mark === state.mark;
}
