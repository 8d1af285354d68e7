import type { Context } from "../lifecycle/context";
import { decideTakeover } from "../ownership/takeover";
import { readRole } from "../postgres/sql/role";
import { readServer } from "../postgres/sql/server";
import { refuseUnlessAdoptable } from "./adopt";
import { sayTakeover, whoseRole } from "./ownership";
import { refuseWeakPassword } from "./password/strength";
import { takenName } from "./refusals";
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
  const found = whoseRole(context, server, role, user);
  if (before.name !== undefined) {
    // An interrupted rename may have given it the name already.
    if (found.is === "sameResource") return;
    throw takenName(before.name, role, user);
  }
  const how = decideTakeover({ kind: "role", name: user.name, marked: role.marked }, found, user);
  if (how === "adopt") refuseUnlessAdoptable(server, role, user);
  refuseUnlessCommentable(server, role, user.comment);
  const resets = how === "resume" || user.password === undefined;
  if (resets) refuseOwnPassword(server, role);
  if (resets || planRole(user, role).length > 0) refuseUnlessAlterable(server, role);
  sayTakeover(context, user, found, how, "will");
}
