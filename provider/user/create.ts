import type { Context } from "../lifecycle/context";
import type { Created } from "../lifecycle/lifecycle";
import { desiredComment, formatComment, type Ownership } from "../postgres/sql/mark";
import { type Role, readExistingRole, readRole } from "../postgres/sql/role";
import { commentOnNewRole } from "../postgres/sql/roleComment";
import { readServer, type Server } from "../postgres/sql/server";
import type { Statement } from "../postgres/sql/statement";
import { type Transaction, transaction } from "../postgres/transaction";
import { planAdoption } from "./adopt";
import { type Made, type Plan, toOutputs } from "./outputs";
import { markRole } from "./ownership";
import { chooseFirstPassword, type FirstPassword } from "./password/choice";
import { proveLogin } from "./password/login";
import { refuseWeakPassword } from "./password/strength";
import { takePrivileges } from "./privileges";
import { foreignRole } from "./refusals";
import { refuseUnlessAlterable, refuseUnlessUsersCreatable } from "./rights";
import { createRole, setPassword } from "./sql/password";
import { planRole } from "./sql/plan";
import type { UserInputs, UserOutputs } from "./state";

/** `known` is the password of a role that is created again. It is used if the program gives none. */
export async function createUser(context: Context, user: UserInputs, known?: string): Promise<Created<UserOutputs>> {
  const first = await chooseFirstPassword(context, user, known);
  context.output.hide([first.password]);
  const { outputs, resumed } = await transaction(context.postgres, (tx) => attempt(context, tx, user, first));
  const made: Made = { id: user.name, user, outputs };
  // An adopted role that accepted its password in a login was not given a new one.
  if (!(outputs.adopted && first.accepted === "accepted")) await proveLogin(context, made);
  if (resumed && !user.allowPrivileged) await takePrivileges(context, made);
  return { id: made.id, outputs };
}

interface Creation {
  outputs: UserOutputs;
  resumed: boolean;
}

async function attempt(context: Context, tx: Transaction, user: UserInputs, first: FirstPassword): Promise<Creation> {
  const reference = { oid: null, name: user.name };
  const [server, role] = await tx.ask(readServer, readRole(reference));
  context.refuseOtherPlace(server);
  if (!role) {
    const [made] = await tx.commit(planCreation(server, user, first), readExistingRole(reference));
    return { outputs: toOutputs(server, made, first), resumed: false };
  }
  const owner = role.marked.owner;
  const resumed = owner?.mark === user.mark && !owner.adopted;
  if (!resumed && !user.adopt) throw foreignRole(role, user);
  const plan = resumed ? planResumption(server, role, user, first) : planAdoption(server, role, user, first);
  await tx.commit(plan.statements);
  return { outputs: plan.outputs, resumed };
}

export function planCreation(server: Server, user: UserInputs, first: FirstPassword): Statement[] {
  refuseUnlessUsersCreatable(server, user.name);
  refuseWeakPassword(first.password);
  const owner: Ownership = { mark: user.mark, token: first.token };
  const comment = formatComment({ comment: user.comment || null, owner, grants: [] });
  return [...createRole(user, first.password), commentOnNewRole(user.name, comment)];
}

/** Completes a role that a killed run of the same resource left behind, with a new password and a new token. */
export function planResumption(server: Server, role: Role, user: UserInputs, first: FirstPassword): Plan {
  refuseUnlessAlterable(server, role);
  refuseWeakPassword(first.password);
  const comment = desiredComment(user.comment, role.marked.comment);
  const owner: Ownership = { mark: user.mark, token: first.token };
  const statements = [
    ...planRole(user, role),
    ...setPassword(user.name, first.password),
    ...markRole(role, { ...role.marked, comment, owner }),
  ];
  return { statements, outputs: toOutputs(server, role, first) };
}
