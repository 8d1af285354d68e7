import { tryLogin } from "../clients/login";
import { type Transaction, transaction } from "../clients/transaction";
import { formatComment, type Marked } from "../sql/mark";
import { planRole, privilegesOf, type Role, readRole, toRole } from "../sql/role";
import { commentOnRole } from "../sql/roleComment";
import { setPassword } from "../sql/rolePassword";
import { placeOf, readServer, type Server, toServer } from "../sql/server";
import type { Inputs } from "./arguments";
import type { UserInputs, UserOutputs, UserState } from "./clickPipesUser";
import { type Context, freshToken } from "./context";
import { generatePassword } from "./password";
import { argumentsBefore } from "./userAdoption";
import { createUser } from "./userCreation";
import { type Made, prove } from "./userPassword";
import { takePrivileges } from "./userPrivileges";
import { ownRole, referenceTo } from "./userReading";
import { mayAlter, nameTaken, strongEnough } from "./userRefusals";

export async function updateUser(context: Context, id: string, old: Inputs, inputs: Inputs): Promise<Inputs> {
  const state = old as UserState;
  const user = inputs as UserInputs;
  const secret = await choosePassword(context, state, user);
  const change: Change = { state, user, secret, token: state.token ?? freshToken() };
  const changed = await transaction(context.postgres, (tx) => attempt(context, tx, change));
  if (!changed) {
    context.warn(`role "${state.name}" was gone and is made again, with a new password unless the program gives one`);
    return (await createUser(context, user)).outputs;
  }
  const made: Made = { id, user, outputs: changed.outputs };
  if (secret.set) await prove(context, made);
  else if (changed.renamed) await keepPassword(context, change, made);
  if (changed.privileged && !user.allowPrivileged) await takePrivileges(context, made);
  return { ...made.outputs };
}

interface Secret {
  password: string | undefined;
  generated: boolean;
  set: boolean;
}

/** In place: a new `password`, a new one for a new `passwordVersion`, or the known one again where it no longer works. */
async function choosePassword(context: Context, state: UserState, user: UserInputs): Promise<Secret> {
  const generated = user.password === undefined;
  const isNew = user.password !== undefined && user.password !== state.password;
  if (!isNew && generated && user.passwordVersion !== state.passwordVersion)
    return { password: generatePassword(), generated, set: true };
  const password = user.password ?? state.password;
  // An adopted role may have been given it elsewhere, as with Neon's console, where we may not alter it.
  if (password === undefined || (isNew && !state.adopted)) return { password, generated, set: password !== undefined };
  const answer = await tryLogin(context.postgres.settings, state.name, password);
  return { password, generated, set: isNew ? answer !== "accepted" : answer === "refused" };
}

interface Change {
  state: UserState;
  user: UserInputs;
  secret: Secret;
  token: string;
}

async function attempt(context: Context, tx: Transaction, change: Change) {
  const { state, user } = change;
  const [serverAnswer, roleAnswer, nameAnswer] = await tx.run(
    readServer,
    readRole(referenceTo(context, state)),
    readRole({ oid: null, name: user.name }),
  );
  const server = toServer(serverAnswer?.rows[0] ?? {});
  context.checkPlace(server, state);
  const role = ownRole(toRole(roleAnswer?.rows[0]), state);
  if (!role) return undefined;
  if (role.name !== user.name && toRole(nameAnswer?.rows[0])) throw nameTaken(role.name, user.name);
  const outputs = await changedUser(tx, server, role, change);
  const privileged = privilegesOf(role, server.privilegedRole).length > 0;
  return { outputs, privileged, renamed: role.name !== user.name };
}

async function changedUser(tx: Transaction, server: Server, role: Role, change: Change): Promise<UserOutputs> {
  const { state, user, secret, token } = change;
  const { password, generated, set } = secret;
  if (set && user.password !== undefined) strongEnough(user.password);
  const changes = [...planRole(user, role), ...(set && password !== undefined ? setPassword(user.name, password) : [])];
  if (changes.length > 0) mayAlter(server, role);
  const note = role.mayComment ? commentOnRole(role, formatComment(remarked(role.marked, change)), user.name) : [];
  await tx.commit(...changes, ...note);
  return {
    password,
    roleOid: role.oid,
    target: placeOf(server),
    token,
    ...(generated && { generated }),
    ...(state.adopted && { adopted: true, before: { ...argumentsBefore(role, user), ...state.before } }),
  };
}

/** Our mark is kept up to date, and put back where it was lost; another resource's mark is left alone. */
function remarked(marked: Marked, { state, user, token }: Change): Marked {
  const comment = user.comment === undefined ? marked.comment : user.comment || null;
  const theirs = marked.owner && marked.owner.token !== state.token && marked.owner.mark !== user.mark;
  if (theirs) return { ...marked, comment };
  return { ...marked, comment, owner: { mark: user.mark, token, ...(state.adopted && { adopted: true }) } };
}

/** A password that the server keeps as MD5 is made with the role's name, and is gone when that changes. */
async function keepPassword(context: Context, change: Change, made: Made): Promise<void> {
  const { user, secret } = change;
  if (secret.password === undefined) return;
  if ((await tryLogin(context.postgres.settings, user.name, secret.password)) !== "refused") return;
  const again: Change = { ...change, secret: { ...secret, set: true } };
  await transaction(context.postgres, (tx) => attempt(context, tx, again));
  await prove(context, made);
}
