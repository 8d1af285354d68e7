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
  /** Whether the statements set the password. */
  set: boolean;
  /** What the admin cannot repair, and what to do about it. */
  warnings: string[];
}

/**
 * Plans what brings the role to its desired state. If the admin may not alter the role, a change that the program asks for is
 * refused. A change that another user made to the role is only a warning, with the statement to run: failing would help no one.
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

const PASSWORD_ADVICE =
  "Set `password` to the password that the role has, or have an admin set the role's password to the one in the state.";

/** The role as if everything that no argument sets were in order. */
function sound(role: Role, user: UserInputs): Role {
  return { ...role, canLogin: true, replication: true, ...(user.validUntil === undefined && { validUntil: null }) };
}

function adviceFor(server: Server, role: Role, attributes: Statement[], password: boolean): string[] {
  const name = `role ${identifier(role.name)}`;
  return [
    ...attributes.map(
      ({ text }) => `${name} needs a change that "${server.user}" cannot make.\nRun as an admin: ${text};`,
    ),
    ...(password
      ? [`${name} does not accept its password, and "${server.user}" cannot set it.\n${PASSWORD_ADVICE}`]
      : []),
  ];
}
