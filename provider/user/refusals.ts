import { refusal } from "../errors";
import { notOurs } from "../lifecycle/refusals";
import { sameStack } from "../postgres/sql/mark";
import { hasExpired, privilegesOf, type Role } from "../postgres/sql/role";
import type { Server } from "../postgres/sql/server";
import { LEAST_BITS, passwordBits } from "./passwordStrength";
import type { UserInputs } from "./state";

export function belongsToAnother(role: Role, user: UserInputs) {
  const mark = role.marked.owner?.mark;
  return notOurs({ kind: "role", name: role.name, mark, sameStack: sameStack(mark ?? "", user.mark) });
}

export function nameTaken(from: string, taken: Role, user: UserInputs) {
  const advice = sameStack(taken.marked.owner?.mark ?? "", user.mark)
    ? "It is one of this stack: rename or remove that one first, in a `pulumi up` of its own (two that swap their names " +
      "need a third name in between)."
    : "Choose another name; or manage that role with a resource of its own.";
  return refusal("nameTaken", `role "${from}" cannot be renamed: a role "${taken.name}" exists already. ${advice}`);
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
