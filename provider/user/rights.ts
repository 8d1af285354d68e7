import type { Role } from "../postgres/sql/role";
import type { Server } from "../postgres/sql/server";
import { alterObstacle } from "./obstacles";
import { missingAttributes, ownPassword, superuserNeeded, unalterableRole, uncommentableRole } from "./refusals";

/** Refuses before any SQL is sent. Postgres would refuse halfway through. */
export function refuseUnlessUsersCreatable(server: Server, name: string): void {
  if (server.superuser) return;
  const { user, version } = server;
  if (version < 16) {
    const what = `"${user}" cannot create role "${name}" with REPLICATION on Postgres ${version}.`;
    const why = `Before Postgres 16, only a superuser can create a REPLICATION role, and "${user}" isn't a superuser.`;
    throw superuserNeeded(what, why, `the role "${name}"`);
  }
  const missing = [...(server.createRole ? [] : ["CREATEROLE"]), ...(server.replication ? [] : ["REPLICATION"])];
  if (missing.length > 0) throw missingAttributes(server, missing);
}

export function refuseUnlessAlterable(server: Server, role: Role): void {
  const obstacle = alterObstacle(server, role);
  if (obstacle === undefined) return;
  if (server.version < 16 && !role.replication) {
    throw superuserNeeded(`role "${role.name}" has no REPLICATION.`, obstacle, "another role");
  }
  throw unalterableRole(server, role, obstacle);
}

/** `comment` is the one that the program gives. The role may have it already. */
export function refuseUnlessCommentable(server: Server, role: Role, comment: string | undefined): void {
  if (role.mayComment || comment === undefined || (comment || null) === role.marked.comment) return;
  throw uncommentableRole(server, role);
}

/** A reset would lock this provider out of the database. */
export function refuseOwnPassword(server: Server, role: Role): void {
  if (role.name === server.user || role.name === server.login) throw ownPassword(role);
}
