import type { Role } from "../postgres/sql/role";
import type { Server } from "../postgres/sql/server";

/** What keeps our admin from altering a role that has REPLICATION, or is to have it. */
export function alterObstacle(server: Server, role: Role): string | undefined {
  if (server.superuser) return undefined;
  if (server.version < 16) {
    const what = role.replication ? "alter a REPLICATION role" : "give REPLICATION";
    return `on Postgres ${server.version} only a superuser may ${what}`;
  }
  if (!role.mayAlter) return `it ${missingRight(server, role)}`;
  return role.replication || server.replication ? undefined : "it lacks REPLICATION itself, and so cannot give it";
}

/** What our admin lacks to comment on the role, or to drop it. */
export function missingRight(server: Server, role: Role): string {
  if (role.superuser) return "is no superuser, as that role is";
  return server.createRole ? "has no ADMIN option on it" : "lacks CREATEROLE";
}
