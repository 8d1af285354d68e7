import type { Role } from "../postgres/sql/role";
import type { Server } from "../postgres/sql/server";
import { alterObstacle } from "./obstacles";
import { missingAttributes, ownPassword, superuserNeeded, unalterableRole, uncommentableRole } from "./refusals";

/** Said before anything is sent: what Postgres would answer halfway through. */
export function refuseUnlessUsersCreatable(server: Server, name: string): void {
  if (server.superuser) return;
  if (server.version < 16) {
    const what = `on Postgres ${server.version} only a superuser can make a REPLICATION role`;
    throw superuserNeeded(what, server, `the role "${name}"`);
  }
  const missing = [...(server.createRole ? [] : ["CREATEROLE"]), ...(server.replication ? [] : ["REPLICATION"])];
  if (missing.length > 0) throw missingAttributes(server, missing);
}

export function refuseUnlessAlterable(server: Server, role: Role): void {
  const obstacle = alterObstacle(server, role);
  if (obstacle === undefined) return;
  if (server.version < 16 && !role.replication) {
    throw superuserNeeded(`role "${role.name}" has no REPLICATION, and ${obstacle}`, server, "another role");
  }
  throw unalterableRole(server, role, obstacle);
}

/** `comment`: the one that the program gives, which may be there already. */
export function refuseUnlessCommentable(server: Server, role: Role, comment: string | undefined): void {
  if (role.mayComment || comment === undefined || (comment || null) === role.marked.comment) return;
  throw uncommentableRole(server, role);
}

/** Resetting it would lock this very provider out of the database. */
export function refuseOwnPassword(server: Server, role: Role): void {
  if (role.name === server.user || role.name === server.login) throw ownPassword(role);
}
