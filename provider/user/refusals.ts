import { refusal, type SourceError } from "../errors";
import { sameStack } from "../ownership/identity";
import type { Role } from "../postgres/sql/role";
import type { Server } from "../postgres/sql/server";
import { identifier } from "../postgres/sql/statement";
import type { Leftovers } from "./leftovers";
import { missingRight } from "./obstacles";
import { hasExpired } from "./sql/plan";
import { LEFTOVERS_SHOWN } from "./sql/use";
import type { UserInputs } from "./state";

export function takenName(from: string, taken: Role, user: UserInputs): SourceError {
  const advice = sameStack(taken.marked.owner?.mark ?? "", user.mark)
    ? [
        "That role belongs to this stack: rename or remove it first, in a separate `pulumi up`.",
        "To swap two names, give one of the roles a third name in between.",
      ]
    : ["Choose another name, or manage that role with its own ClickPipesUser."];
  return refusal(
    "nameTaken",
    `role "${from}" cannot be renamed to "${taken.name}": another role already has that name.`,
    ...advice,
  );
}

export function privilegedRole(role: Role, privileges: string[]): SourceError {
  return refusal(
    "privilegedRole",
    `role "${role.name}" has more privileges than ClickPipes needs: ${privileges.join(", ")}.`,
    "If it were adopted, ClickPipes would hold them too.",
    "Use a separate role for ClickPipes, or accept this one with `allowPrivileged: true`.",
  );
}

export function unknownPassword(role: Role): SourceError {
  return refusal(
    "passwordUnknown",
    `role "${role.name}" exists, and its password cannot be read.`,
    "Set `password` to the password that it has, or set `passwordVersion` to reset it.",
    "A reset locks out every client that uses the old password.",
  );
}

/** The role exists and does not accept the password that the program gives. */
export function refusedPassword(role: Role): SourceError {
  const why = hasExpired(role)
    ? [`The role expired at ${role.validUntil}, and Postgres refuses every password for an expired role.`]
    : [];
  return refusal(
    "passwordRefused",
    `role "${role.name}" does not accept the given \`password\`.`,
    ...why,
    "Correct `password`, or add `passwordVersion` to set the role's password to this one.",
  );
}

/** The role does not accept a password that this run set. */
export function unacceptedPassword(name: string): SourceError {
  return refusal(
    "passwordNotTaken",
    `role "${name}" does not accept the password that was just set.`,
    "Run `pulumi up` again.",
  );
}

export function weakPassword(weakness: string): SourceError {
  return refusal("weakPassword", `password: ${weakness}`);
}

export function ownPassword(role: Role): SourceError {
  return refusal(
    "ownPassword",
    `role "${role.name}" is the role that Pulumi connects as, so its password is not reset.`,
    "A reset would lock Pulumi out of the database.",
    "Set `password` to the password that the role has. Better, give ClickPipes its own role.",
  );
}

export function missingAttributes(server: Server, missing: string[]): SourceError {
  return refusal(
    "noReplicationRole",
    `"${server.user}" cannot create a REPLICATION role: it lacks ${missing.join(" and ")}.`,
    "Connect as a role that has both CREATEROLE and REPLICATION, such as the owner role that Neon created with the project.",
  );
}

/** `which` is the role to create with Neon instead. */
export function superuserNeeded(what: string, why: string, which: string): SourceError {
  return refusal(
    "noReplicationRole",
    what,
    why,
    `Create ${which} with Neon's console, CLI or API.`,
    "Then adopt it: set `adopt: true`, `allowPrivileged: true` (Neon makes it a member of neon_superuser) and its `password`.",
    "Or upgrade to Postgres 16 or later.",
  );
}

export function unalterableRole(server: Server, role: Role, obstacle: string): SourceError {
  return refusal(
    "mayNotAlterRole",
    `role "${role.name}" needs a change that "${server.user}" cannot make.`,
    obstacle,
    "Make the change with Neon's console or API, or set the arguments to what the role already has.",
  );
}

export function uncommentableRole(server: Server, role: Role): SourceError {
  return refusal(
    "mayNotComment",
    `role "${role.name}" cannot be given its \`comment\`.`,
    missingRight(server, role),
    "Remove `comment`.",
  );
}

export function undroppableRole(server: Server, role: Role): SourceError {
  const adopted = role.marked.owner?.adopted || !role.marked.owner;
  return refusal(
    "mayNotDropRole",
    `role "${role.name}" cannot be dropped.`,
    missingRight(server, role),
    "Have an admin who may drop it do so, or drop it with Neon's console or API. Then destroy again.",
    ...(adopted ? ["To keep the role, remove `deleteAdopted`, run `pulumi up`, then destroy again."] : []),
  );
}

/** `grants` names the ClickPipesGrants that the role's comment lists. */
export function roleWithLeftovers(name: string, { names, fixes }: Leftovers, grants: string[]): SourceError {
  const shown = names.slice(0, LEFTOVERS_SHOWN).join("; ");
  const more = names.length > LEFTOVERS_SHOWN ? "; and more" : "";
  const whose =
    grants.length > 0
      ? [
          `Rights that grants gave are among them: ${grants.join("; ")}.`,
          "Delete those grants first, in the stack that they belong to.",
        ]
      : [];
  return refusal(
    "roleHoldsRights",
    `role "${name}" cannot be dropped: other objects still depend on it.`,
    `This resource did not create these dependencies: ${shown}${more}.`,
    ...whose,
    ...fixes,
    `Revoke the role's ${fixes.length > 0 ? "other " : ""}rights (REVOKE … FROM ${identifier(name)}), and give what it owns another owner. Then destroy again.`,
  );
}

export function roleInUse(name: string, uses: string[]): SourceError {
  return refusal(
    "roleInUse",
    `role "${name}" is in use, so nothing was dropped.`,
    `It is used by ${uses.join(", ")}.`,
    "Stop the ClickPipe, then destroy again.",
    "To drop the role anyway, set `allowLeftoverSlots: true` on the user, run `pulumi up`, then destroy again.",
  );
}
