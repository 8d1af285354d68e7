import type { Context } from "../lifecycle/context";
import type { Found, Unmarked } from "../lifecycle/lifecycle";
import { ownershipDrift } from "../ownership/sentences";
import type { Whose } from "../ownership/whose";
import type { Role } from "../postgres/sql/role";
import { placeOf, readServer } from "../postgres/sql/server";
import { readOwnRole, referenceTo } from "./find";
import { whoseKnownRole } from "./ownership";
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
  context.refuseOtherPlace(server, state);
  if (!role) return undefined;
  const found = whoseKnownRole(context, server, role, state);
  const drift = [
    ...driftOf(role, server.privilegedRole, state, found),
    ...(await findPasswordDrift(context, role, state)),
  ];
  return { outputs: { roleOid: role.oid, target: placeOf(server) }, inputs: liveInputs(role, state), drift };
}

/** Compares only the arguments that the program sets. Everything else is taken as found. */
export function liveInputs(role: Role, state: UserState): Unmarked<UserInputs> {
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

export function driftOf(role: Role, privilegedRole: string | undefined, state: UserState, found: Whose): string[] {
  const name = `role "${role.name}"`;
  const privileges = state.allowPrivileged ? [] : privilegesOf(role, privilegedRole);
  return [
    ...(role.canLogin ? [] : [`${name} cannot log in (NOLOGIN)`]),
    ...(role.replication ? [] : [`${name} has lost REPLICATION`]),
    ...privileges.map(({ found }) => `${name} has more privileges than ClickPipes needs: ${found}`),
    ...ownerDrift(role, state, found),
  ];
}

/** After `.get()` there is no token, and so nothing to compare. */
function ownerDrift(role: Role, state: UserState, found: Whose): string[] {
  if (state.token === undefined || !role.mayComment) return [];
  return ownershipDrift({ kind: "role", name: role.name }, found);
}
