import type { Inputs } from "../lifecycle/arguments";
import { type Context, freshToken } from "../lifecycle/context";
import { tryLogin } from "../postgres/login";
import { formatComment, type Marked, wishedComment } from "../postgres/sql/mark";
import { hasExpired, privilegesOf, type Role, readRole, toRole } from "../postgres/sql/role";
import { commentOnRole } from "../postgres/sql/roleComment";
import { placeOf, readServer, type Server, toServer } from "../postgres/sql/server";
import { type Transaction, transaction } from "../postgres/transaction";
import { argumentsBefore } from "./adopt";
import { createUser } from "./create";
import { ownRole, referenceTo } from "./find";
import { choosePassword, type Secret } from "./passwordChoice";
import { type Made, prove } from "./passwordLogin";
import { takePrivileges } from "./privileges";
import { nameTaken } from "./refusals";
import { possibleChanges } from "./repair";
import { mayCommentOn } from "./rights";
import type { UserInputs, UserOutputs, UserState } from "./state";

export async function updateUser(context: Context, id: string, old: Inputs, inputs: Inputs): Promise<Inputs> {
  const state = old as UserState;
  const user = inputs as UserInputs;
  const secret = await choosePassword(context, state, user);
  context.output.hide(secret.password);
  const change: Change = { state, user, secret, token: state.token ?? freshToken() };
  const changed = await transaction(context.postgres, (tx) => attempt(context, tx, change));
  if (!changed) {
    const { outputs } = await createUser(context, user, secret.password);
    context.warn(
      `role "${state.name}" was gone and has been made again, without the rights it had: run \`pulumi refresh\` and ` +
        "`pulumi up` to have them given again",
    );
    return outputs;
  }
  const made: Made = { id, user, outputs: changed.outputs };
  if (changed.set) await prove(context, made);
  else if (changed.uncertain) await keepPassword(context, change, made);
  if (changed.privileged && !user.allowPrivileged) await takePrivileges(context, made);
  return { ...made.outputs };
}

interface Change {
  state: UserState;
  user: UserInputs;
  secret: Secret;
  token: string;
}

async function attempt(context: Context, tx: Transaction, change: Change) {
  const { state, user } = change;
  const reference = referenceTo(context, state);
  const [serverAnswer, roleAnswer, nameAnswer] = await tx.run(
    readServer,
    readRole(reference),
    readRole({ oid: null, name: user.name }),
  );
  const server = toServer(serverAnswer?.rows[0] ?? {});
  context.checkPlace(server, state);
  const role = ownRole(toRole(roleAnswer?.rows[0]), state, reference);
  if (!role) return undefined;
  const taken = toRole(nameAnswer?.rows[0]);
  if (role.name !== user.name && taken) throw nameTaken(role.name, taken, user);
  const { statements, set } = possibleChanges(context, server, role, change);
  mayCommentOn(server, role, user.comment);
  const note = role.mayComment ? commentOnRole(role, formatComment(remarked(role.marked, change)), user.name) : [];
  await tx.commit(...statements, ...note);
  return {
    set,
    outputs: changedOutputs(server, role, change),
    privileged: privilegesOf(role, server.privilegedRole).length > 0,
    // A password that the server keeps as MD5 is made with the role's name, and is gone when that changes.
    uncertain: role.name !== user.name || hasExpired(role),
  };
}

function changedOutputs(server: Server, role: Role, { state, user, secret, token }: Change): UserOutputs {
  return {
    password: secret.password,
    roleOid: role.oid,
    target: placeOf(server),
    token,
    ...(secret.generated && { generated: true }),
    ...(state.adopted && { adopted: true, before: { ...argumentsBefore(role, user), ...state.before } }),
  };
}

/** Our mark is kept up to date, and put back where it was lost; another resource's mark is left alone. */
function remarked(marked: Marked, { state, user, token }: Change): Marked {
  const comment = wishedComment(user.comment, marked.comment);
  const theirs = marked.owner && marked.owner.token !== state.token && marked.owner.mark !== user.mark;
  if (theirs) return { ...marked, comment };
  return { ...marked, comment, owner: { mark: user.mark, token, ...(state.adopted && { adopted: true }) } };
}

async function keepPassword(context: Context, change: Change, made: Made): Promise<void> {
  const { user, secret } = change;
  if (secret.password === undefined || hasExpired({ validUntil: user.validUntil ?? null })) return;
  if ((await tryLogin(context.postgres.settings, user.name, secret.password)) !== "refused") return;
  const again: Change = { ...change, secret: { ...secret, set: "refused" } };
  await transaction(context.postgres, (tx) => attempt(context, tx, again));
  await prove(context, made);
}
