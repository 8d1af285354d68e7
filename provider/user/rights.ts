import { refusal } from "../errors";
import type { Role } from "../postgres/sql/role";
import type { Server } from "../postgres/sql/server";

/** Said before anything is sent: what Postgres would answer halfway through. */
export function mayCreateUsers(server: Server, name: string): void {
  if (server.superuser) return;
  if (server.version < 16) {
    throw onlyBySuperuser(
      `on Postgres ${server.version} only a superuser can make a REPLICATION role`,
      server,
      `the role "${name}"`,
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

function onlyBySuperuser(what: string, { user }: Server, which: string) {
  return refusal(
    "noReplicationRole",
    `${what}, and "${user}" is none. The way on: make ${which} with Neon's console, CLI or API, and adopt it: ` +
      "`adopt: true`, `allowPrivileged: true` (such a role is a member of neon_superuser) and its `password`. " +
      "Or upgrade to Postgres 16 or later.",
  );
}

export function mayAlter(server: Server, role: Role): void {
  const why = whyNotAlter(server, role);
  if (why === undefined) return;
  if (server.version < 16 && !role.replication) {
    throw onlyBySuperuser(`role "${role.name}" has no REPLICATION, and ${why}`, server, "another role");
  }
  throw refusal(
    "mayNotAlterRole",
    `role "${role.name}" needs a change, and "${server.user}" may not make it: ${why}. Make the change with Neon's console ` +
      "or API, or ask for nothing but what the role already is.",
  );
}

/** What keeps our admin from altering a role that has REPLICATION, or is to have it. */
export function whyNotAlter(server: Server, role: Role): string | undefined {
  if (server.superuser) return undefined;
  if (server.version < 16) {
    const what = role.replication ? "alter a REPLICATION role" : "give REPLICATION";
    return `on Postgres ${server.version} only a superuser may ${what}`;
  }
  if (!role.mayAlter) return `it ${lacking(server, role)}`;
  return role.replication || server.replication ? undefined : "it lacks REPLICATION itself, and so cannot give it";
}

/** The comment that the program wishes for, where it would have to be written. */
export function mayCommentOn(server: Server, role: Role, comment: string | undefined): void {
  if (role.mayComment || comment === undefined || (comment || null) === role.marked.comment) return;
  throw refusal(
    "mayNotComment",
    `role "${role.name}" cannot be given its \`comment\`: "${server.user}" ${lacking(server, role)}. Leave \`comment\` out.`,
  );
}

export function mayNotDrop(server: Server, role: Role) {
  const adopted = role.marked.owner?.adopted || !role.marked.owner;
  const keep = adopted ? " To leave it standing, take `deleteAdopted` out, run `pulumi up`, then destroy again." : "";
  return refusal(
    "mayNotDropRole",
    `role "${role.name}" cannot be dropped: "${server.user}" ${lacking(server, role)}. Have it dropped by an admin who may, or ` +
      `with Neon's console or API, then destroy again.${keep}`,
  );
}

function lacking(server: Server, role: Role): string {
  if (role.superuser) return "is no superuser, as that role is";
  return server.createRole ? "has no ADMIN option on it" : "lacks CREATEROLE";
}

/** Resetting it would lock this very provider out of the database. */
export function notOwnPassword(server: Server, role: Role): void {
  if (role.name !== server.user && role.name !== server.login) return;
  throw refusal(
    "ownPassword",
    `role "${role.name}" is the one that Pulumi connects with: its password is not reset here. Give the \`password\` it has; ` +
      "better, let ClickPipes have a role of its own.",
  );
}
