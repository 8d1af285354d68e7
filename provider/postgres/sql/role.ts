import { type Marked, parseComment } from "./mark";
import { mapAnswer, type Query, queryRow } from "./statement";

/** Refers to a role by its OID if that is known, otherwise by its name. */
export interface RoleReference {
  oid: number | null;
  name: string;
}

export interface Role {
  oid: number;
  name: string;
  canLogin: boolean;
  replication: boolean;
  superuser: boolean;
  bypassRls: boolean;
  createRole: boolean;
  createDb: boolean;
  connectionLimit: number;
  /** ISO 8601 in UTC, "infinity", "-infinity", or null for no expiry. */
  validUntil: string | null;
  /** The whole comment in the catalog, markers included. */
  text: string | null;
  /** Stands for the bytes of the comment, which databases of other encodings read as other text. */
  fingerprint: string | null;
  marked: Marked;
  /** The roles it is a direct member of that are Neon's privileged role, or lead to it. */
  privilegedThrough: string[];
  /** Whether the admin may alter it. */
  mayAlter: boolean;
  /** Whether the admin may comment on it, and drop it. */
  mayComment: boolean;
}

/** An SQL expression for the OID of the role. Its values come from `referenceValues`, and must be the statement's first ones. */
export const REFERENCED_ROLE = `
  (select oid from pg_roles where oid = $1::oid or rolname = $2 order by oid = $1::oid desc nulls last limit 1)`;

export function referenceValues({ oid, name }: RoleReference): unknown[] {
  return [oid, name];
}

/** SQL for a text that differs if the comment does, computed from its bytes. `text` is an SQL expression. */
export function fingerprintOf(text: string): string {
  return `hashtextextended(${text}, 0)::text || ':' || octet_length(${text})::text`;
}

/**
 * Reads the role. Before Postgres 16, CREATEROLE is enough to alter any role except superusers and REPLICATION roles. Since
 * 16, it also takes ADMIN on the role (release notes of 16, E.1.3.1.1).
 */
export function readRole(reference: RoleReference): Query<Role | undefined> {
  const row = queryRow<RoleRow>(
    `
    select r.oid::int8::text as "oid", r.rolname as "name", r.rolcanlogin as "canLogin", r.rolreplication as "replication",
           r.rolsuper as "superuser", r.rolbypassrls as "bypassRls", r.rolcreaterole as "createRole",
           r.rolcreatedb as "createDb", r.rolconnlimit as "connectionLimit",
           case when not isfinite(r.rolvaliduntil) then r.rolvaliduntil::text
                else to_char(r.rolvaliduntil at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end as "validUntil",
           d.text as "text", ${fingerprintOf("d.text")} as "fingerprint",
           array(select g.rolname::text from pg_auth_members m join pg_roles g on g.oid = m.roleid
                  where m.member = r.oid and (g.oid = p.oid or pg_has_role(g.oid, p.oid, 'MEMBER'))
                  group by 1 order by 1) as "privilegedThrough",
           me.rolsuper or (me.rolcreaterole and not r.rolsuper and administers and (not r.rolreplication or since16)) as "mayAlter",
           me.rolsuper or (me.rolcreaterole and not r.rolsuper and administers) as "mayComment"
      from pg_roles r
      join pg_roles me on me.rolname = current_user
      left join pg_roles p
        on p.rolname = coalesce(nullif(current_setting('neon.privileged_role_name', true), ''), 'neon_superuser'),
           lateral (select current_setting('server_version_num')::int >= 160000 as since16) v,
           lateral (select shobj_description(r.oid, 'pg_authid') as text) d,
           lateral (select not since16 or pg_has_role(me.oid, r.oid, 'MEMBER WITH ADMIN OPTION') as administers) a
     where r.oid = ${REFERENCED_ROLE}`,
    referenceValues(reference),
  );
  return mapAnswer(row, (found) => found && { ...found, oid: Number(found.oid), marked: parseComment(found.text) });
}

/** Reads a role that must exist, such as one that this transaction created. */
export function readExistingRole(reference: RoleReference): Query<Role> {
  return mapAnswer(readRole(reference), (role) => {
    if (role === undefined) throw new Error(`role "${reference.name}" was not found.`);
    return role;
  });
}

type RoleRow = Omit<Role, "oid" | "marked"> & { oid: string };
