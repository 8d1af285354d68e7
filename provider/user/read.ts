import type { Inputs } from "../lifecycle/arguments";
import type { Context } from "../lifecycle/context";
import type { Found } from "../lifecycle/lifecycle";
import { privilegesOf, type Role, readRole, sameInstant, toRole } from "../postgres/sql/role";
import { placeOf, readServer, toServer } from "../postgres/sql/server";
import { ownRole, referenceTo } from "./find";
import { passwordDrift } from "./passwordLogin";
import type { UserState } from "./state";

export async function readUser(context: Context, id: string, inputs: Inputs): Promise<Found | undefined> {
  const state = { ...inputs, name: inputs.name ?? id } as UserState;
  const reference = referenceTo(context, state);
  const [serverAnswer, roleAnswer] = await context.postgres.read((session) =>
    session.run(readServer, readRole(reference)),
  );
  const server = toServer(serverAnswer?.rows[0] ?? {});
  context.checkPlace(server, state);
  const role = ownRole(toRole(roleAnswer?.rows[0]), state, reference);
  if (!role) return undefined;
  const drift = [...driftOf(role, server.privilegedRole, state), ...(await passwordDrift(context, role, state))];
  return { outputs: { roleOid: role.oid, target: placeOf(server) }, inputs: liveInputs(role, state), drift };
}

/** Only what the program mentions is compared; the rest of the role is as it was found. */
function liveInputs(role: Role, state: UserState): Inputs {
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
  const drift = [];
  if (!role.canLogin) drift.push(`${name} may not log in (NOLOGIN)`);
  if (!role.replication) drift.push(`${name} has lost REPLICATION`);
  if (!state.allowPrivileged) {
    for (const { found } of privilegesOf(role, privilegedRole)) drift.push(`${name} is more than a reader: ${found}`);
  }
  const owner = role.marked.owner;
  const lost = state.token !== undefined && role.mayComment && owner?.token !== state.token;
  if (lost && (owner === undefined || owner.mark === state.mark))
    drift.push(`${name} does not bear this resource's mark in its comment`);
  return drift;
}
