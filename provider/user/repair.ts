import type { Role } from "../postgres/sql/role";
import type { Server } from "../postgres/sql/server";
import { identifier, type Statement } from "../postgres/sql/statement";
import { alterObstacle } from "./obstacles";
import { passwordToSet, type Secret } from "./password/choice";
import { refuseWeakPassword } from "./password/strength";
import { refuseOwnPassword, refuseUnlessAlterable } from "./rights";
import { setPassword } from "./sql/password";
import { planRole } from "./sql/plan";
import type { UserInputs } from "./state";

interface Repair {
  statements: Statement[];
  /** Whether they set the password. */
  set: boolean;
  /** What our admin may not repair, with what to do about it. */
  warnings: string[];
}

/**
 * What makes the role as desired. Where our admin may not alter it, a change that the program asks for is refused; what
 * another user did to the role is only warned about, with the statement to run, since failing would help no one.
 */
export function planRepair(server: Server, role: Role, user: UserInputs, secret: Secret): Repair {
  const password = passwordToSet(secret, role);
  const attributes = planRole(user, role);
  if (attributes.length === 0 && password === undefined) return { statements: [], set: false, warnings: [] };
  const desired = planRole(user, sound(role, user)).length > 0 || secret.set === "desired";
  if (!desired && alterObstacle(server, role) !== undefined) {
    return { statements: [], set: false, warnings: adviceFor(server, role, attributes, password !== undefined) };
  }
  refuseUnlessAlterable(server, role);
  if (password === undefined) return { statements: attributes, set: false, warnings: [] };
  refuseOwnPassword(server, role);
  if (user.password !== undefined) refuseWeakPassword(password);
  return { statements: [...attributes, ...setPassword(user.name, password)], set: true, warnings: [] };
}

/** The role without what no argument speaks of. */
function sound(role: Role, user: UserInputs): Role {
  return { ...role, canLogin: true, replication: true, ...(user.validUntil === undefined && { validUntil: null }) };
}

function adviceFor(server: Server, role: Role, attributes: Statement[], password: boolean): string[] {
  const trouble = `role ${identifier(role.name)} needs mending, which "${server.user}" may not do.`;
  const advice =
    "It refuses the password known here: give the right one as `password`, or have an admin set it to this one.";
  return [
    ...attributes.map(({ text }) => `${trouble} Run as an admin: ${text};`),
    ...(password ? [`${trouble} ${advice}`] : []),
  ];
}
