import { notOurs, refusal } from "../errors";
import { sameStack } from "../sql/mark";
import { hasExpired, privilegesOf, type Role } from "../sql/role";
import type { Server } from "../sql/server";
import type { UserInputs } from "./clickPipesUser";
import { LEAST_BITS, passwordBits } from "./password";

/** Said before anything is sent: what Postgres would answer halfway through. */
export function mayCreateUsers(server: Server, name: string): void {
  if (server.superuser) return;
  if (server.version < 16) {
    throw refusal(
      "noReplicationRole",
      `on Postgres ${server.version} only a superuser can make a REPLICATION role, and "${server.user}" is none. The way on: ` +
        `make the role "${name}" with Neon's console, CLI or API, and adopt it: \`adopt: true\`, \`allowPrivileged: true\` ` +
        "(such a role is a member of neon_superuser) and its `password`. Or upgrade to Postgres 16 or later.",
    );
  }
  if (!server.createRole || !server.replication) {
    const missing = [...(server.createRole ? [] : ["CREATEROLE"]), ...(server.replication ? [] : ["REPLICATION"])];
    throw refusal(
      "noReplicationRole",
      `"${server.user}" cannot make a REPLICATION role: it lacks ${missing.join(" and ")}. Connect as a role that has both, ` +
        "such as the owner role that Neon made with the project.",
    );
  }
}

export function mayAlter(server: Server, role: Role): void {
  if (role.mayAlter) return;
  const why =
    server.version < 16
      ? `on Postgres ${server.version} only a superuser may alter a REPLICATION role`
      : "it has no ADMIN option on it";
  throw refusal(
    "mayNotAlterRole",
    `role "${role.name}" needs a change, and "${server.user}" may not make it: ${why}. Make the change with Neon's console ` +
      "or API, or ask for nothing but what the role already is.",
  );
}

export function belongsToAnother(role: Role, user: UserInputs) {
  const mark = role.marked.owner?.mark;
  return notOurs({ kind: "role", name: role.name, mark, sameStack: sameStack(mark ?? "", user.mark) });
}

export function nameTaken(from: string, to: string) {
  return refusal(
    "nameTaken",
    `role "${from}" cannot be renamed: a role "${to}" exists already. Choose another name; or manage that role with a ` +
      "resource of its own.",
  );
}

export function adoptable(role: Role, server: Server, user: UserInputs): void {
  const privileges = privilegesOf(role, server.privilegedRole).map(({ found }) => found);
  if (privileges.length > 0 && !user.allowPrivileged) {
    throw refusal(
      "privilegedRole",
      `role "${role.name}" is more than a reader (${privileges.join(", ")}): ClickPipes would hold those rights too. ` +
        "Use a role of its own; or accept it with `allowPrivileged: true`.",
    );
  }
  if (user.password === undefined && user.passwordVersion === undefined) {
    throw refusal(
      "passwordUnknown",
      `role "${role.name}" exists and its password cannot be read: give \`password\`, or \`passwordVersion\` to have it reset ` +
        "(whoever uses the old one is then locked out).",
    );
  }
}

export function passwordRefused(role: Role) {
  const why = hasExpired(role) ? ` (it expired at ${role.validUntil})` : "";
  return refusal(
    "passwordRefused",
    `role "${role.name}" does not accept the \`password\` given${why}. Correct it; or add \`passwordVersion\` to have it set to that one.`,
  );
}

/** Of a password that is going to be set; one that a role accepts already is not judged. */
export function strongEnough(password: string): void {
  const bits = passwordBits(password);
  if (bits < LEAST_BITS) throw refusal("weakPassword", `password: ${tooWeak(bits)}`);
}

export function tooWeak(bits: number): string {
  return `has about ${Math.floor(bits)} bits of entropy; Neon takes ${LEAST_BITS} or more: make it longer, with more kinds of characters`;
}
