import type { Inputs } from "../lifecycle/arguments";
import type { Context } from "../lifecycle/context";
import { planRole, readRole, toRole } from "../postgres/sql/role";
import { readServer, toServer } from "../postgres/sql/server";
import { adoptable, belongsToAnother, nameTaken, strongEnough } from "./refusals";
import { mayAlter, mayCommentOn, mayCreateUsers, notOwnPassword } from "./rights";
import type { UserInputs } from "./state";

export async function look(context: Context, olds: Inputs, inputs: Inputs): Promise<void> {
  const user = inputs as UserInputs;
  if (olds.name === user.name) return;
  const seen = await context.lookAt((session) => session.run(readServer, readRole({ oid: null, name: user.name })));
  if (!seen) return;
  const server = toServer(seen[0]?.rows[0] ?? {});
  const role = toRole(seen[1]?.rows[0]);
  context.checkPlace(server);
  if (!role) {
    if (olds.name !== undefined) return;
    mayCreateUsers(server, user.name);
    if (user.password !== undefined) strongEnough(user.password);
    return;
  }
  if (role.marked.owner?.mark === user.mark) return;
  if (olds.name !== undefined) throw nameTaken(String(olds.name), role, user);
  if (!user.adopt) throw belongsToAnother(role, user);
  adoptable(role, server, user);
  mayCommentOn(server, role, user.comment);
  const resets = user.password === undefined;
  if (resets) notOwnPassword(server, role);
  if (resets || planRole(user, role).length > 0) mayAlter(server, role);
  context.inform(`role "${user.name}" exists and would be adopted`);
}
