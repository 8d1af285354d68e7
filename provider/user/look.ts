import type { Context } from "../lifecycle/context";
import { readRole } from "../postgres/sql/role";
import { readServer } from "../postgres/sql/server";
import { refuseUnlessAdoptable } from "./adopt";
import { refuseWeakPassword } from "./password/strength";
import { foreignRole, takenName } from "./refusals";
import {
  refuseOwnPassword,
  refuseUnlessAlterable,
  refuseUnlessCommentable,
  refuseUnlessUsersCreatable,
} from "./rights";
import { planRole } from "./sql/plan";
import type { UserInputs } from "./state";

export async function look(context: Context, before: Partial<UserInputs>, user: UserInputs): Promise<void> {
  if (before.name === user.name) return;
  const seen = await context.lookAt((session) => session.ask(readServer, readRole({ oid: null, name: user.name })));
  if (!seen) return;
  const [server, role] = seen;
  context.refuseOtherPlace(server);
  if (!role) {
    if (before.name !== undefined) return;
    refuseUnlessUsersCreatable(server, user.name);
    if (user.password !== undefined) refuseWeakPassword(user.password);
    return;
  }
  if (role.marked.owner?.mark === user.mark) return;
  if (before.name !== undefined) throw takenName(before.name, role, user);
  if (!user.adopt) throw foreignRole(role, user);
  refuseUnlessAdoptable(server, role, user);
  refuseUnlessCommentable(server, role, user.comment);
  const resets = user.password === undefined;
  if (resets) refuseOwnPassword(server, role);
  if (resets || planRole(user, role).length > 0) refuseUnlessAlterable(server, role);
  context.inform(`role "${user.name}" exists and would be adopted.`);
}
