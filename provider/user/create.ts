import type { Context } from "../lifecycle/context";
import type { Created } from "../lifecycle/lifecycle";
import { markerOf } from "../ownership/identity";
import { decideTakeover, type Takeover } from "../ownership/takeover";
import type { Whose } from "../ownership/whose";
import { desiredComment, formatComment } from "../postgres/sql/mark";
import { readMarkedRoles } from "../postgres/sql/markedRoles";
import { type Role, readExistingRole, readRole } from "../postgres/sql/role";
import { commentOnNewRole } from "../postgres/sql/roleComment";
import { placeOf, readServer, type Server } from "../postgres/sql/server";
import type { Statement } from "../postgres/sql/statement";
import { type Transaction, transaction } from "../postgres/transaction";
import { planAdoption } from "./adopt";
import { type Made, type Plan, toOutputs } from "./outputs";
import { markRole, sayAlsoMarked, sayTakeover, whoseRole } from "./ownership";
import { chooseFirstPassword, type FirstPassword } from "./password/choice";
import { proveLogin } from "./password/login";
import { refuseWeakPassword } from "./password/strength";
import { takePrivileges } from "./privileges";
import { refuseUnlessAlterable, refuseUnlessUsersCreatable } from "./rights";
import { createRole, setPassword } from "./sql/password";
import { planRole } from "./sql/plan";
import type { UserInputs, UserOutputs } from "./state";

export async function createUser(context: Context, user: UserInputs): Promise<Created<UserOutputs>> {
  const { outputs } = await makeUser(context, user);
  return { id: user.name, outputs };
}

/** Creates the role or takes it over. `known` is the password of a role that is created again, for when the program gives none. */
export async function makeUser(context: Context, user: UserInputs, known?: string): Promise<Creation> {
  const first = await chooseFirstPassword(context, user, known);
  context.output.hide([first.password]);
  const tries: Tries = {};
  const { outputs, takeover } = await transaction(context.postgres, (tx) => attempt(context, tx, user, first, tries));
  if (takeover) sayTakeover(context, user, takeover.found, takeover.how, "done");
  const made: Made = { id: user.name, user, outputs };
  // An adopted role that accepted its password in a login was not given a new one.
  if (!(outputs.adopted && first.accepted === "accepted")) await proveLogin(context, made);
  if (takeover?.how === "resume" && !user.allowPrivileged) await takePrivileges(context, made);
  return { outputs, takeover };
}

interface Creation {
  outputs: UserOutputs;
  /** How the role was taken over, and whose it was. Undefined if it is new. */
  takeover?: { how: Takeover; found: Whose };
}

/** What an earlier try was about to commit. It may have done so, and only the answer was lost. */
interface Tries {
  planned?: Creation;
}

async function attempt(
  context: Context,
  tx: Transaction,
  user: UserInputs,
  first: FirstPassword,
  tries: Tries,
): Promise<Creation> {
  const reference = { oid: null, name: user.name };
  const [server, role, markedRoles] = await tx.ask(readServer, readRole(reference), readMarkedRoles(user.mark));
  context.refuseOtherPlace(server);
  sayAlsoMarked(context, server, user, markedRoles);
  if (!role) {
    const [made] = await tx.commit(planCreation(server, user, first), readExistingRole(reference));
    return { outputs: toOutputs(server, made, first) };
  }
  const found = whoseRole(context, server, role, user, first.token);
  if (found.is === "current") return tries.planned ?? { outputs: toOutputs(server, role, first) };
  const how = decideTakeover({ kind: "role", name: user.name, marked: role.marked }, found, user);
  const plan =
    how === "resume" ? planResumption(server, role, user, first) : planAdoption(server, { role, found }, user, first);
  tries.planned = { outputs: plan.outputs, takeover: { how, found } };
  await tx.commit(plan.statements);
  return tries.planned;
}

export function planCreation(server: Server, user: UserInputs, first: FirstPassword): Statement[] {
  refuseUnlessUsersCreatable(server, user.name);
  refuseWeakPassword(first.password);
  const owner = markerOf(user, placeOf(server), first.token);
  const comment = formatComment({ comment: user.comment || null, owner, grants: [] });
  return [...createRole(user, first.password), commentOnNewRole(user.name, comment)];
}

/** Completes a role that an interrupted run of the same resource left behind, with a new password and a new token. */
export function planResumption(server: Server, role: Role, user: UserInputs, first: FirstPassword): Plan {
  refuseUnlessAlterable(server, role);
  refuseWeakPassword(first.password);
  const comment = desiredComment(user.comment, role.marked.comment);
  const owner = markerOf(user, placeOf(server), first.token);
  const statements = [
    ...planRole(user, role),
    ...setPassword(user.name, first.password),
    ...markRole(role, { ...role.marked, comment, owner }),
  ];
  return { statements, outputs: toOutputs(server, role, first) };
}
