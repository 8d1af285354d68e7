import { escapeIdentifier, escapeLiteral } from "pg";
import type { PostgresServer, PostgresVersion } from "./servers";
import { asSuperuser } from "./superuser";

export const NEON_DATABASE = "neondb";
export const NEON_OWNER = "neondb_owner";

export interface NeonIdentity {
  projectId: string;
  branchId: string;
  endpointId: string;
  tenantId: string;
  timelineId: string;
}

/** The settings by which SQL can tell which project and branch it talks to. */
export function neonSettings(identity: NeonIdentity): Record<string, string> {
  return {
    "neon.project_id": identity.projectId,
    "neon.branch_id": identity.branchId,
    "neon.endpoint_id": identity.endpointId,
    "neon.tenant_id": identity.tenantId,
    "neon.timeline_id": identity.timelineId,
    "neon.privileged_role_name": "neon_superuser",
  };
}

/** Makes the roles and the database of a new Neon project. */
export async function createNeonRoles(server: PostgresServer, ownerPassword: string): Promise<void> {
  await asSuperuser(server, "postgres", [...neonSuperuser(server.version), ...publicDefaults()]);
  await createApiRole(server, { name: NEON_OWNER, password: ownerPassword });
  await createApiDatabase(server, { name: NEON_DATABASE, owner: NEON_OWNER });
}

/** A role as Neon's API, console and CLI make it: an administrator. Without a password it cannot log in. */
export async function createApiRole(server: PostgresServer, role: { name: string; password?: string }): Promise<void> {
  const name = escapeIdentifier(role.name);
  const login = role.password === undefined ? "nologin" : `login password ${escapeLiteral(role.password)}`;
  await asSuperuser(server, "postgres", [
    `create role ${name} inherit createrole createdb bypassrls replication in role neon_superuser`,
    `alter role ${name} ${login}`,
  ]);
}

/** A database as Neon's API makes it; one that SQL makes has no grant to neon_superuser. */
export async function createApiDatabase(
  server: PostgresServer,
  database: { name: string; owner: string },
): Promise<void> {
  const [name, owner] = [escapeIdentifier(database.name), escapeIdentifier(database.owner)];
  await asSuperuser(server, "postgres", [
    `create database ${name} owner ${owner}`,
    `grant all on database ${name} to neon_superuser`,
  ]);
  await asSuperuser(server, database.name, [
    `alter schema public owner to ${owner}`,
    ...publicDefaults(),
    ...functionGrants(server.version),
  ]);
}

function neonSuperuser(version: PostgresVersion): string[] {
  const memberships = ["pg_read_all_data", "pg_write_all_data"];
  if (version >= 16) memberships.push("pg_create_subscription");
  if (version >= 17) memberships.push("pg_maintain");
  if (version >= 18) memberships.push("pg_signal_autovacuum_worker");
  return [
    "create role neon_superuser createdb createrole nologin replication bypassrls",
    `grant ${memberships.join(", ")} to neon_superuser`,
    "grant pg_monitor, pg_signal_backend to neon_superuser with admin option",
    ...functionGrants(version),
  ];
}

function functionGrants(version: PostgresVersion): string[] {
  const functions = ["pg_show_replication_origin_status()"];
  if (version >= 16) functions.push("pg_export_snapshot()", "pg_log_standby_snapshot()");
  return functions.map((name) => `grant execute on function pg_catalog.${name} to neon_superuser`);
}

function publicDefaults(): string[] {
  return ["tables", "sequences"].map(
    (kind) =>
      `alter default privileges for role cloud_admin in schema public grant all on ${kind} to neon_superuser with grant option`,
  );
}
