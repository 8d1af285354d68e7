import { refusal, type SourceError } from "../errors";
import { notOurs } from "../lifecycle/refusals";
import { sameStack } from "../postgres/sql/mark";
import type { Role } from "../postgres/sql/role";
import type { Server } from "../postgres/sql/server";
import { identifier } from "../postgres/sql/statement";
import { missingRight } from "./obstacles";
import { hasExpired } from "./sql/plan";
import { LEFTOVERS_SHOWN } from "./sql/use";
import type { UserInputs } from "./state";

export function foreignRole(role: Role, user: UserInputs): SourceError {
  const mark = role.marked.owner?.mark;
  return notOurs({ kind: "role", name: role.name, mark, sameStack: sameStack(mark ?? "", user.mark) });
}

export function takenName(from: string, taken: Role, user: UserInputs): SourceError {
  const advice = sameStack(taken.marked.owner?.mark ?? "", user.mark)
    ? "It is one of this stack: rename or remove that one first, in a `pulumi up` of its own (two that swap their names " +
      "need a third name in between)."
    : "Choose another name; or manage that role with a resource of its own.";
  return refusal("nameTaken", `role "${from}" cannot be renamed: a role "${taken.name}" exists already. ${advice}`);
}

export function privilegedRole(role: Role, privileges: string[]): SourceError {
  return refusal(
    "privilegedRole",
    `role "${role.name}" is more than a reader (${privileges.join(", ")}): ClickPipes would hold those rights too. ` +
      "Use a role of its own; or accept it with `allowPrivileged: true`.",
  );
}

export function unknownPassword(role: Role): SourceError {
  return refusal(
    "passwordUnknown",
    `role "${role.name}" exists and its password cannot be read: give \`password\`, or \`passwordVersion\` to have it reset ` +
      "(whoever uses the old one is then locked out).",
  );
}

/** Of the password that the program gives for a role that exists. */
export function refusedPassword(role: Role): SourceError {
  const why = hasExpired(role) ? ` (it expired at ${role.validUntil})` : "";
  return refusal(
    "passwordRefused",
    `role "${role.name}" does not accept the \`password\` given${why}. Correct it; or add \`passwordVersion\` to have it set to that one.`,
  );
}

/** Of the password that we have just set. */
export function unacceptedPassword(name: string): SourceError {
  return refusal(
    "passwordNotTaken",
    `role "${name}" does not accept the password that was just set. Run \`pulumi up\` again.`,
  );
}

export function weakPassword(weakness: string): SourceError {
  return refusal("weakPassword", `password: ${weakness}`);
}

export function ownPassword(role: Role): SourceError {
  return refusal(
    "ownPassword",
    `role "${role.name}" is the one that Pulumi connects with: its password is not reset here. Give the \`password\` it has; ` +
      "better, let ClickPipes have a role of its own.",
  );
}

export function missingAttributes(server: Server, missing: string[]): SourceError {
  return refusal(
    "noReplicationRole",
    `"${server.user}" cannot make a REPLICATION role: it lacks ${missing.join(" and ")}. Connect as a role that has both, ` +
      "such as the owner role that Neon made with the project.",
  );
}

/** `which`: the role to make with Neon instead. */
export function superuserNeeded(what: string, { user }: Server, which: string): SourceError {
  return refusal(
    "noReplicationRole",
    `${what}, and "${user}" is none. The way on: make ${which} with Neon's console, CLI or API, and adopt it: ` +
      "`adopt: true`, `allowPrivileged: true` (such a role is a member of neon_superuser) and its `password`. " +
      "Or upgrade to Postgres 16 or later.",
  );
}

export function unalterableRole(server: Server, role: Role, obstacle: string): SourceError {
  return refusal(
    "mayNotAlterRole",
    `role "${role.name}" needs a change, and "${server.user}" may not make it: ${obstacle}. Make the change with Neon's console ` +
      "or API, or ask for nothing but what the role already is.",
  );
}

export function uncommentableRole(server: Server, role: Role): SourceError {
  return refusal(
    "mayNotComment",
    `role "${role.name}" cannot be given its \`comment\`: "${server.user}" ${missingRight(server, role)}. Leave \`comment\` out.`,
  );
}

export function undroppableRole(server: Server, role: Role): SourceError {
  const adopted = role.marked.owner?.adopted || !role.marked.owner;
  const keep = adopted ? " To leave it standing, take `deleteAdopted` out, run `pulumi up`, then destroy again." : "";
  return refusal(
    "mayNotDropRole",
    `role "${role.name}" cannot be dropped: "${server.user}" ${missingRight(server, role)}. Have it dropped by an admin who may, or ` +
      `with Neon's console or API, then destroy again.${keep}`,
  );
}

/** `leftovers`: what depends on it, object by object; `total`: how many were found. */
export function roleWithLeftovers(name: string, leftovers: string[], total: number): SourceError {
  const shown = leftovers.slice(0, LEFTOVERS_SHOWN).join("; ");
  const more = total > LEFTOVERS_SHOWN ? "; and more" : "";
  return refusal(
    "roleHoldsRights",
    `role "${name}" cannot be dropped: these still depend on it, and were not made by this stack: ${shown}${more}. ` +
      `Take them away (REVOKE … FROM ${identifier(name)}, or give what it owns another owner), then destroy again.`,
  );
}

export function roleInUse(name: string, uses: string[]): SourceError {
  return refusal(
    "roleInUse",
    `role "${name}" is in use: ${uses.join(", ")}. Stop the ClickPipe first; or set \`allowLeftoverSlots: true\` on the user, run ` +
      "`pulumi up`, then destroy again. Nothing was dropped.",
  );
}
