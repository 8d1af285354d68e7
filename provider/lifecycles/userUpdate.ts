import { tryLogin } from "../clients/login";
import { type Transaction, transaction } from "../clients/transaction";
import { formatComment, type Marked } from "../sql/mark";
import { commentOnRole, planRole, privilegesOf, type Role, setPassword } from "../sql/role";
import { placeOf, type Server } from "../sql/server";
import { statement } from "../sql/statement";
import type { Inputs } from "./arguments";
import type { UserInputs, UserOutputs, UserState } from "./clickPipesUser";
import { type Context, freshToken } from "./context";
import { generatePassword } from "./password";
import { createUser, mayAlter, prove, readBoth } from "./userCreation";

export async function updateUser(context: Context, _id: string, old: Inputs, inputs: Inputs): Promise<Inputs> {
  const state = old as UserState;
  const user = inputs as UserInputs;
  const secret = await choosePassword(context, state, user);
  const token = state.token ?? freshToken();
  const outputs = await transaction(context.postgres, async (tx) => {
    const { server, role } = await readBoth(tx, state.name, state.roleOid ?? null);
    context.checkPlace(server, state);
    return role && changedUser(tx, server, role, { state, user, secret, token });
  });
  if (!outputs) {
    context.warn(`role "${state.name}" was gone and is made again, with a new password unless the program gives one`);
    return (await createUser(context, user)).outputs;
  }
  if (secret.set) await prove(context, user.name, outputs);
  if (!user.allowPrivileged) await takePrivileges(context, user.name, outputs);
  return { ...outputs };
}

interface Secret {
  password: string | undefined;
  generated: boolean;
  set: boolean;
}

/** In place: a new `password`, a new one for a new `passwordVersion`, or the known one again where it no longer works. */
async function choosePassword(context: Context, state: UserState, user: UserInputs): Promise<Secret> {
  const generated = user.password === undefined;
  if (user.password !== undefined && user.password !== state.password)
    return { password: user.password, generated, set: true };
  if (generated && user.passwordVersion !== state.passwordVersion)
    return { password: generatePassword(), generated, set: true };
  const { password } = state;
  if (password === undefined) return { password, generated, set: false };
  const answer = await tryLogin(context.postgres.settings, state.name, password);
  return { password, generated, set: answer === "refused" };
}

interface Change {
  state: UserState;
  user: UserInputs;
  secret: Secret;
  token: string;
}

async function changedUser(tx: Transaction, server: Server, role: Role, change: Change): Promise<UserOutputs> {
  const { state, user, secret, token } = change;
  const { password, generated, set } = secret;
  const changes = [
    ...planRole(user, role),
    ...(set && password !== undefined ? setPassword("alter", user.name, password) : []),
  ];
  if (changes.length > 0) mayAlter(server, role);
  const note = role.mayComment ? commentOnRole(role, formatComment(remarked(role.marked, change)), user.name) : [];
  await tx.commit(...changes, ...note);
  const { adopted, before } = state;
  return {
    password,
    roleOid: role.oid,
    target: placeOf(server),
    token,
    ...(generated && { generated }),
    ...(adopted && { adopted, before }),
  };
}

/** Our mark is kept up to date, and put back where it was lost; another resource's mark is left alone. */
function remarked(marked: Marked, { state, user, token }: Change): Marked {
  const comment = user.comment === undefined ? marked.comment : user.comment || null;
  const theirs = marked.owner && marked.owner.token !== state.token && marked.owner.mark !== user.mark;
  if (theirs) return { ...marked, comment };
  return { ...marked, comment, owner: { mark: user.mark, token, ...(state.adopted && { adopted: true }) } };
}

/** Each in a transaction of its own: what we may not take away must not undo the rest, and is said with its statement. */
async function takePrivileges(context: Context, name: string, outputs: UserOutputs): Promise<void> {
  const found = await transaction(context.postgres, async (tx) => {
    const { server, role } = await readBoth(tx, name, outputs.roleOid);
    return role ? privilegesOf(role, server.privilegedRole) : [];
  });
  for (const { found: privilege, fix } of found) {
    try {
      await transaction(context.postgres, (tx) => tx.commit(statement(fix)));
    } catch {
      context.warn(
        `role "${name}" has ${privilege}, which ${context.postgres.settings.user} may not take away. Run as an admin: ${fix};`,
      );
    }
  }
}
