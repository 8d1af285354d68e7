import type { Inputs } from "../lifecycle/arguments";
import { type Context, freshToken } from "../lifecycle/context";
import type { Created } from "../lifecycle/lifecycle";
import { formatComment, type Ownership, wishedComment } from "../postgres/sql/mark";
import { planRole, type Role, readRole, toRole } from "../postgres/sql/role";
import { commentOnRole } from "../postgres/sql/roleComment";
import type { Server } from "../postgres/sql/server";
import { identifier, literal, statement } from "../postgres/sql/statement";
import { type Transaction, transaction } from "../postgres/transaction";
import { adoptedUser } from "./adopt";
import { readBoth } from "./find";
import { acceptedPassword, type Made, prove } from "./passwordLogin";
import { generatePassword } from "./passwordStrength";
import { takePrivileges } from "./privileges";
import { belongsToAnother, strongEnough } from "./refusals";
import { mayAlter, mayCreateUsers } from "./rights";
import { createRole, setPassword } from "./sql/password";
import type { UserInputs, UserOutputs } from "./state";
import { type Fresh, outputsOf } from "./state";

/** `known`: the password of a role that is made again, where the program gives none. */
export async function createUser(context: Context, inputs: Inputs, known?: string): Promise<Created> {
  const user = inputs as UserInputs;
  const accepted = user.adopt ? await acceptedPassword(context, user) : undefined;
  const fresh: Fresh = { token: freshToken(), password: user.password ?? known ?? generatePassword(), accepted };
  context.output.hide(fresh.password);
  let resumed = false;
  const outputs = await transaction(context.postgres, async (tx) => {
    const { server, role } = await readBoth(tx, { oid: null, name: user.name });
    context.checkPlace(server);
    if (!role) return newUser(tx, server, user, fresh);
    const owner = role.marked.owner;
    resumed = owner?.mark === user.mark && !owner.adopted;
    if (resumed) return resumedUser(tx, server, role, user, fresh);
    if (!user.adopt) throw belongsToAnother(role, user);
    return adoptedUser(tx, server, role, user, fresh);
  });
  const made: Made = { id: user.name, user, outputs };
  // Nothing was set where the login has shown that the password is right.
  if (!(outputs.adopted && accepted === "accepted")) await prove(context, made);
  if (resumed && !user.allowPrivileged) await takePrivileges(context, made);
  return { id: made.id, outputs };
}

async function newUser(tx: Transaction, server: Server, user: UserInputs, fresh: Fresh): Promise<UserOutputs> {
  mayCreateUsers(server, user.name);
  strongEnough(fresh.password);
  const owner: Ownership = { mark: user.mark, token: fresh.token };
  const comment = formatComment({ comment: user.comment || null, owner, grants: [] }) as string;
  const answers = await tx.commit(
    ...createRole(user, fresh.password),
    statement(`comment on role ${identifier(user.name)} is ${literal(comment)}`),
    readRole({ oid: null, name: user.name }),
  );
  return outputsOf(toRole(answers.at(-1)?.rows[0]) as Role, server, user, fresh);
}

/** What a killed run of this very resource left behind: made as wished, under a new password and a new token. */
async function resumedUser(
  tx: Transaction,
  server: Server,
  role: Role,
  user: UserInputs,
  fresh: Fresh,
): Promise<UserOutputs> {
  mayAlter(server, role);
  strongEnough(fresh.password);
  const comment = wishedComment(user.comment, role.marked.comment);
  const owner: Ownership = { mark: user.mark, token: fresh.token };
  await tx.commit(
    ...planRole(user, role),
    ...setPassword(user.name, fresh.password),
    ...commentOnRole(role, formatComment({ ...role.marked, comment, owner })),
  );
  return outputsOf(role, server, user, fresh);
}
