import type { Role } from "../postgres/sql/role";
import type { Server } from "../postgres/sql/server";

/** Why the admin cannot alter a role that has REPLICATION, or that needs it. Undefined if it can. */
export function alterObstacle(server: Server, role: Role): string | undefined {
  if (server.superuser) return undefined;
  if (server.version < 16) {
    const what = role.replication ? "alter a REPLICATION role" : "give a role REPLICATION";
    return `On Postgres ${server.version}, only a superuser can ${what}, and "${server.user}" isn't a superuser.`;
  }
  if (!role.mayAlter) return missingRight(server, role);
  if (role.replication || server.replication) return undefined;
  return `"${server.user}" lacks REPLICATION itself, so it cannot give it to another role.`;
}

/** Which right the admin lacks to comment on the role, or to drop it. */
export function missingRight({ user, createRole }: Server, { name, superuser }: Role): string {
  if (superuser) return `"${name}" is a superuser, and "${user}" isn't.`;
  return createRole ? `"${user}" has no ADMIN option on "${name}".` : `"${user}" lacks CREATEROLE.`;
}
