import type { Context } from "../lifecycle/context";
import { planRole, type Role } from "../postgres/sql/role";
import type { Server } from "../postgres/sql/server";
import { identifier, type Statement } from "../postgres/sql/statement";
import { type Secret, toSet } from "./passwordChoice";
import { strongEnough } from "./refusals";
import { mayAlter, notOwnPassword, whyNotAlter } from "./rights";
import { setPassword } from "./sql/password";
import type { UserInputs } from "./state";

interface Changes {
  statements: Statement[];
  /** Whether they set the password. */
  set: boolean;
}

/**
 * What brings the role to the wish. Where our admin may not alter it, a wish of the program is refused; what somebody did
 * to the role is only warned of, with the statement to run, since failing would help nobody.
 */
export function possibleChanges(
  context: Context,
  server: Server,
  role: Role,
  { user, secret }: { user: UserInputs; secret: Secret },
): Changes {
  const password = toSet(secret, role);
  const attributes = planRole(user, role);
  const nothing: Changes = { statements: [], set: false };
  if (attributes.length === 0 && password === undefined) return nothing;
  const wished = planRole(user, sound(role, user)).length > 0 || secret.set === "wished";
  if (!wished && whyNotAlter(server, role) !== undefined) {
    for (const { text } of attributes) context.warn(`${mayNotMend(server, role)} Run as an admin: ${text};`);
    if (password !== undefined)
      context.warn(
        `${mayNotMend(server, role)} It refuses the password known here: give the right one as \`password\`, or have an ` +
          "admin set it to this one.",
      );
    return nothing;
  }
  mayAlter(server, role);
  if (password !== undefined) {
    notOwnPassword(server, role);
    if (user.password !== undefined) strongEnough(password);
  }
  const passwordStatements = password === undefined ? [] : setPassword(user.name, password);
  return { statements: [...attributes, ...passwordStatements], set: password !== undefined };
}

/** The role without what no argument speaks of. */
function sound(role: Role, user: UserInputs): Role {
  return { ...role, canLogin: true, replication: true, ...(user.validUntil === undefined && { validUntil: null }) };
}

function mayNotMend(server: Server, role: Role): string {
  return `role ${identifier(role.name)} needs mending, which "${server.user}" may not do.`;
}
