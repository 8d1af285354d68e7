import type { Place } from "./place";
import { mapAnswer, type Query, queryOneRow } from "./statement";

/** The server, the database, and what the admin may do there. One row, read with the first statements of all work. */
export interface Server extends Place {
  version: number;
  inRecovery: boolean;
  /** The role whose rights count: the one that logged in, or the one set with SET ROLE. */
  user: string;
  /** The role that logged in. */
  login: string;
  superuser: boolean;
  createRole: boolean;
  replication: boolean;
  /** CREATE on this database. */
  mayCreate: boolean;
  /** On Neon, the privileged role. Its members may do what otherwise only superusers may. */
  privilegedRole?: string;
  memberOfPrivilegedRole: boolean;
}

export const readServer: Query<Server> = mapAnswer(
  queryOneRow<Nullable<Server>>(`
  select current_setting('server_version_num')::int / 10000 as "version",
         current_database() as "database",
         (select system_identifier::text from pg_control_system()) as "systemIdentifier",
         nullif(current_setting('neon.project_id', true), '') as "neonProject",
         nullif(current_setting('neon.branch_id', true), '') as "neonBranch",
         pg_is_in_recovery() as "inRecovery",
         r.rolname as "user",
         session_user as "login",
         r.rolsuper as "superuser",
         r.rolcreaterole as "createRole",
         r.rolreplication as "replication",
         has_database_privilege(current_database(), 'CREATE') as "mayCreate",
         p.rolname as "privilegedRole",
         p.oid is not null and pg_has_role(r.oid, p.oid, 'USAGE') as "memberOfPrivilegedRole"
    from pg_roles r
    left join pg_roles p
      on p.rolname = coalesce(nullif(current_setting('neon.privileged_role_name', true), ''), 'neon_superuser')
   where r.rolname = current_user`),
  withoutNulls,
);

type Nullable<T> = { [Key in keyof T]: T[Key] | null };

function withoutNulls<T extends object>(row: Nullable<T>): T {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as T;
}

export function placeOf(server: Server): Place {
  const { database, systemIdentifier, neonProject, neonBranch } = server;
  return { database, systemIdentifier, ...(neonProject && { neonProject }), ...(neonBranch && { neonBranch }) };
}

/** The server alone, for what its databases share, such as roles. */
export function serverOf(place: Place): Omit<Place, "database"> {
  const { systemIdentifier, neonProject, neonBranch } = place;
  return { systemIdentifier, ...(neonProject && { neonProject }), ...(neonBranch && { neonBranch }) };
}

/** Branches of Neon share a system identifier, so project and branch are compared too if both sides have them. */
export function samePlace(a: Place, b: Place): boolean {
  const differ = (key: "neonProject" | "neonBranch") =>
    a[key] !== undefined && b[key] !== undefined && a[key] !== b[key];
  return (
    a.database === b.database &&
    a.systemIdentifier === b.systemIdentifier &&
    !differ("neonProject") &&
    !differ("neonBranch")
  );
}
