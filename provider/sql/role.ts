import { type Marked, parseComment } from "./mark";
import { identifier, literal, type Statement, statement } from "./statement";

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
  /** ISO 8601 in UTC, "infinity", or null for no limit. */
  validUntil: string | null;
  /** The comment as it stands in the catalog. */
  text: string | null;
  marked: Marked;
  memberOfPrivilegedRole: boolean;
  /** Whether our admin may alter it, and comment on it. */
  mayAlter: boolean;
  mayComment: boolean;
}

/**
 * The role with this OID, else the one with this name. Before Postgres 16 CREATEROLE is enough to alter a role, but for
 * superusers and REPLICATION roles; since 16 it takes ADMIN on the role as well (release notes of 16, E.1.3.1.1).
 */
export function readRole(oid: number | null, name: string): Statement {
  return statement(
    `
    select r.oid::int8::text as "oid", r.rolname as "name", r.rolcanlogin as "canLogin", r.rolreplication as "replication",
           r.rolsuper as "superuser", r.rolbypassrls as "bypassRls", r.rolcreaterole as "createRole",
           r.rolcreatedb as "createDb", r.rolconnlimit as "connectionLimit",
           case when r.rolvaliduntil = 'infinity' then 'infinity'
                else to_char(r.rolvaliduntil at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end as "validUntil",
           shobj_description(r.oid, 'pg_authid') as "text",
           p.oid is not null and p.oid <> r.oid and pg_has_role(r.oid, p.oid, 'MEMBER') as "memberOfPrivilegedRole",
           me.rolsuper or (me.rolcreaterole and not r.rolsuper and administers and (not r.rolreplication or since16)) as "mayAlter",
           me.rolsuper or (me.rolcreaterole and not r.rolsuper and administers) as "mayComment"
      from pg_roles r
      join pg_roles me on me.rolname = current_user
      left join pg_roles p
        on p.rolname = coalesce(nullif(current_setting('neon.privileged_role_name', true), ''), 'neon_superuser'),
           lateral (select current_setting('server_version_num')::int >= 160000 as since16) v,
           lateral (select not since16 or pg_has_role(me.oid, r.oid, 'MEMBER WITH ADMIN OPTION') as administers) a
     where r.oid = $1::oid or r.rolname = $2
     order by (r.oid = $1::oid) desc nulls last
     limit 1`,
    [oid, name],
  );
}

export function toRole(row: Record<string, unknown> | undefined): Role | undefined {
  if (!row) return undefined;
  return { ...row, oid: Number(row.oid), marked: parseComment(row.text as string | null) } as Role;
}

/** What the program wishes; absent: left as found. */
export interface DesiredRole {
  name: string;
  connectionLimit?: number;
  validUntil?: string;
}

export function createRole(desired: DesiredRole, password: string): Statement[] {
  return [...setPassword("create", desired.name, password), ...alterRole(desired.name, limits(desired))];
}

/** Only what differs: Postgres asks for rights even where an attribute would not change. */
export function planRole(desired: DesiredRole, actual: Role): Statement[] {
  const changes: string[] = [];
  if (!actual.canLogin) changes.push("login");
  if (!actual.replication) changes.push("replication");
  const differing = {
    name: desired.name,
    ...(desired.connectionLimit !== actual.connectionLimit && { connectionLimit: desired.connectionLimit }),
    ...(!sameInstant(desired.validUntil, actual.validUntil) && { validUntil: desired.validUntil }),
  };
  return [...renameRole(actual.name, desired.name), ...alterRole(desired.name, [...changes, ...limits(differing)])];
}

function renameRole(from: string, to: string): Statement[] {
  return from === to ? [] : [statement(`alter role ${identifier(from)} rename to ${identifier(to)}`)];
}

function alterRole(name: string, changes: string[]): Statement[] {
  return changes.length === 0 ? [] : [statement(`alter role ${identifier(name)} ${changes.join(" ")}`)];
}

function limits({ connectionLimit, validUntil }: Omit<DesiredRole, "name">): string[] {
  return [
    ...(connectionLimit === undefined ? [] : [`connection limit ${connectionLimit}`]),
    ...(validUntil === undefined ? [] : [`valid until ${literal(validUntil)}`]),
  ];
}

export function sameInstant(a: string | undefined, b: string | null): boolean {
  if (a === undefined) return true;
  if (b === null || a === "infinity" || b === "infinity") return a === (b ?? "infinity");
  return Date.parse(a) === Date.parse(b);
}

/** Attributes that make the role more than a reader; each can be taken away by the statement beside it. */
export function privilegesOf(role: Role, privilegedRole: string | undefined): { found: string; fix: string }[] {
  const name = identifier(role.name);
  return [
    ...(role.superuser ? [{ found: "SUPERUSER", fix: `ALTER ROLE ${name} NOSUPERUSER` }] : []),
    ...(role.bypassRls ? [{ found: "BYPASSRLS", fix: `ALTER ROLE ${name} NOBYPASSRLS` }] : []),
    ...(role.createRole ? [{ found: "CREATEROLE", fix: `ALTER ROLE ${name} NOCREATEROLE` }] : []),
    ...(role.createDb ? [{ found: "CREATEDB", fix: `ALTER ROLE ${name} NOCREATEDB` }] : []),
    ...(role.memberOfPrivilegedRole && privilegedRole !== undefined
      ? [{ found: `membership in ${privilegedRole}`, fix: `REVOKE ${identifier(privilegedRole)} FROM ${name}` }]
      : []),
  ];
}

/**
 * Sends the password as a value and lets the server put the statement together: `pg_stat_statements` keeps the literals
 * of a CREATE ROLE in clear. Errors are raised anew with SQLSTATE and message only, since the context of the original
 * would carry the statement, and with it the password, into the server's log.
 */
export function setPassword(verb: "create" | "alter", role: string, password: string): Statement[] {
  const attributes = verb === "create" ? "login replication " : "";
  return [
    statement("select set_config('clickpipes.role', $1, true), set_config('clickpipes.password', $2, true)", [
      role,
      password,
    ]),
    statement(`
      do $$
      begin
        execute format('${verb} role %I ${attributes}password %L',
                       current_setting('clickpipes.role'), current_setting('clickpipes.password'));
      exception when others then
        raise exception using errcode = sqlstate, message = sqlerrm;
      end $$`),
    statement("select set_config('clickpipes.password', '', true)"),
  ];
}

/**
 * Writes the comment if it still is what was read. Grants of several databases note themselves on the same role, and
 * advisory locks do not reach across databases: without the comparison, the later one would erase the earlier one's note.
 */
export function commentOnRole(role: Role, text: string | null, name = role.name): Statement[] {
  if (text === role.text) return [];
  const values = [String(role.oid), name, role.text ?? "", text ?? ""];
  return [
    statement(
      `select set_config('clickpipes.oid', $1, true), set_config('clickpipes.role', $2, true),
              set_config('clickpipes.found', $3, true), set_config('clickpipes.comment', $4, true)`,
      values,
    ),
    statement(`
      do $$
      declare
        patience text := current_setting('lock_timeout');
      begin
        perform set_config('lock_timeout', '100ms', true);
        if coalesce(shobj_description(current_setting('clickpipes.oid')::oid, 'pg_authid'), '') <> current_setting('clickpipes.found') then
          raise exception using errcode = 'serialization_failure', message = 'the comment on the role was changed meanwhile';
        end if;
        execute format('comment on role %I is %L', current_setting('clickpipes.role'),
                       nullif(current_setting('clickpipes.comment'), ''));
        perform set_config('lock_timeout', patience, true);
      exception when lock_not_available then
        raise exception using errcode = 'serialization_failure', message = 'the comment on the role is being changed';
      end $$`),
  ];
}
