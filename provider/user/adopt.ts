import { markerOf } from "../ownership/identity";
import type { Whose } from "../ownership/whose";
import { desiredComment } from "../postgres/sql/mark";
import type { Role } from "../postgres/sql/role";
import { placeOf, type Server } from "../postgres/sql/server";
import { recordBefore } from "./before";
import { type Plan, toOutputs } from "./outputs";
import { markRole } from "./ownership";
import type { FirstPassword } from "./password/choice";
import { refuseWeakPassword } from "./password/strength";
import { privilegedRole, refusedPassword, unknownPassword } from "./refusals";
import { refuseOwnPassword, refuseUnlessAlterable, refuseUnlessCommentable } from "./rights";
import { setPassword } from "./sql/password";
import { planRole } from "./sql/plan";
import { privilegesOf } from "./sql/privileges";
import type { UserInputs } from "./state";

export function refuseUnlessAdoptable(server: Server, role: Role, user: UserInputs): void {
  const privileges = privilegesOf(role, server.privilegedRole).map(({ found }) => found);
  if (privileges.length > 0 && !user.allowPrivileged) throw privilegedRole(role, privileges);
  if (user.password === undefined && user.passwordVersion === undefined) throw unknownPassword(role);
}

/** What an adoption starts from: the role, and whose it is. */
export interface Adoptable {
  role: Role;
  found: Whose;
}

export function planAdoption(server: Server, { role, found }: Adoptable, user: UserInputs, first: FirstPassword): Plan {
  refuseUnlessAdoptable(server, role, user);
  const keep = user.password !== undefined && first.accepted !== "refused";
  if (!keep && user.passwordVersion === undefined) throw refusedPassword(role);
  if (!keep) {
    refuseOwnPassword(server, role);
    refuseWeakPassword(first.password);
  }
  refuseUnlessCommentable(server, role, user.comment);
  const changes = [...planRole(user, role), ...(keep ? [] : setPassword(user.name, first.password))];
  if (changes.length > 0) refuseUnlessAlterable(server, role);
  // A killed adoption is resumed: the role's earlier values are no longer known, so delete restores nothing.
  const resumed = found.is === "sameResource";
  const owner = markerOf(user, placeOf(server), first.token, true);
  const comment = desiredComment(user.comment, role.marked.comment);
  return {
    statements: [...changes, ...markRole(role, { ...role.marked, comment, owner })],
    outputs: { ...toOutputs(server, role, first), adopted: true, before: resumed ? {} : recordBefore(role, user) },
  };
}
