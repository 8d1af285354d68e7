import { type Context, freshToken } from "../lifecycle/context";
import { markerOf } from "../ownership/identity";
import { notOursToUpdate, takenOver, uncertainOwner } from "../ownership/refusals";
import { takenBack } from "../ownership/sentences";
import { desiredComment, type Marked } from "../postgres/sql/mark";
import type { Place } from "../postgres/sql/place";
import { type Role, readRole } from "../postgres/sql/role";
import { placeOf, readServer, type Server } from "../postgres/sql/server";
import { type Transaction, transaction } from "../postgres/transaction";
import { argumentsBefore } from "./before";
import { makeUser } from "./create";
import { readOwnRole, referenceTo } from "./find";
import { type Made, toOutputs } from "./outputs";
import { markRole, whoseKnownRole, whoseRole } from "./ownership";
import { choosePassword, type Secret } from "./password/choice";
import { proveLogin } from "./password/login";
import { takePrivileges } from "./privileges";
import { takenName } from "./refusals";
import { planRepair } from "./repair";
import { refuseUnlessCommentable } from "./rights";
import { hasExpired } from "./sql/plan";
import { privilegesOf } from "./sql/privileges";
import type { UserInputs, UserOutputs, UserState } from "./state";

export async function updateUser(context: Context, state: UserState, user: UserInputs): Promise<UserOutputs> {
  const secret = await choosePassword(context, state, user);
  context.output.hide([secret.password]);
  const change: Change = { state, user, secret, token: state.token ?? freshToken() };
  const changed = await transaction(context.postgres, (tx) => attempt(context, tx, change));
  if (!changed) return createAgain(context, change);
  const made: Made = { id: state.id, user, outputs: changed.outputs };
  if (changed.set) await proveLogin(context, made);
  else if (changed.uncertain) await keepPassword(context, change, made);
  if (changed.privileged && !user.allowPrivileged) await takePrivileges(context, made);
  return made.outputs;
}

interface Change {
  state: UserState;
  user: UserInputs;
  secret: Secret;
  /** Made once, like the password, so that a repeated transaction writes the same token. */
  token: string;
}

interface Changed {
  outputs: UserOutputs;
  /** Whether the password was set. */
  set: boolean;
  /** Whether the role may refuse its password now. */
  uncertain: boolean;
  privileged: boolean;
}

/** Returns undefined if the role is gone. */
async function attempt(context: Context, tx: Transaction, change: Change): Promise<Changed | undefined> {
  const { state, user, secret } = change;
  const own = readOwnRole(referenceTo(context, state), state);
  const [server, role, taken] = await tx.ask(readServer, own, readRole({ oid: null, name: user.name }));
  context.refuseOtherPlace(server, state);
  if (!role) {
    if (taken) refuseOtherRole(context, server, taken, change);
    return undefined;
  }
  const found = whoseKnownRole(context, server, role, state, { ...state, ...user });
  const object = { kind: "role", name: role.name, marked: role.marked } as const;
  if (found.is === "sibling" || found.is === "otherStack") throw takenOver(object, found.owner);
  if (found.is === "ambiguous") throw uncertainOwner(object);
  if (role.name !== user.name && taken) throw takenName(role.name, taken, user);
  const { statements, set, warnings } = planRepair(server, role, user, secret);
  for (const warning of [...takenBack(object, found), ...warnings]) context.warn(warning);
  refuseUnlessCommentable(server, role, user.comment);
  await tx.commit([...statements, ...markRole(role, updateMark(role.marked, placeOf(server), change), user.name)]);
  return {
    outputs: changedOutputs(server, role, change),
    set,
    // An MD5 password hash includes the role's name, so Postgres clears it when the role is renamed.
    uncertain: role.name !== user.name || hasExpired(role),
    privileged: privilegesOf(role, server.privilegedRole).length > 0,
  };
}

function changedOutputs(server: Server, role: Role, { state, user, secret, token }: Change): UserOutputs {
  const before = { ...argumentsBefore(role, user), ...state.before };
  return { ...toOutputs(server, role, { ...secret, token }), ...(state.adopted && { adopted: true, before }) };
}

/** Updates this resource's marker, and restores it if it was lost. */
export function updateMark(marked: Marked, place: Place, { state, user, token }: Omit<Change, "secret">): Marked {
  const comment = desiredComment(user.comment, marked.comment);
  return { ...marked, comment, owner: markerOf(user, place, token, state.adopted) };
}

/** The role in the state is gone. An update adopts no other role, since a preview did not say so. */
function refuseOtherRole(context: Context, server: Server, taken: Role, { state, user }: Change): void {
  const found = whoseRole(context, server, taken, user, state.token);
  if (found.is !== "current" && found.is !== "sameResource")
    throw notOursToUpdate({ kind: "role", name: taken.name }, found);
}

async function createAgain(context: Context, { state, user, secret }: Change): Promise<UserOutputs> {
  const { outputs, takeover } = await makeUser(context, { ...user, adopt: false }, secret.password);
  if (!takeover)
    context.warn(
      `role "${state.name}" was missing. It was created again, without the rights that it had.\n` +
        "Run `pulumi refresh` and `pulumi up` to grant them again.",
    );
  return outputs;
}

async function keepPassword(context: Context, change: Change, made: Made): Promise<void> {
  const { user, secret } = change;
  if (secret.password === undefined || hasExpired({ validUntil: user.validUntil ?? null })) return;
  if ((await context.postgres.tryLogin(user.name, secret.password)) !== "refused") return;
  const again: Change = { ...change, secret: { ...secret, set: "refused" } };
  await transaction(context.postgres, (tx) => attempt(context, tx, again));
  await proveLogin(context, made);
}
