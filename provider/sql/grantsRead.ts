import { type Statement, statement } from "./statement";
import { parseTable, type Table, type TableSpec } from "./table";

/** Which schemas, whole, and which tables, alone, a role shall be able to read. */
export interface Scope {
  schemas: string[] | "*";
  tables: Table[];
}

export function toScope(inputs: { schemas?: string[] | "*"; tables?: TableSpec[] }): Scope {
  const schemas = inputs.schemas ?? [];
  const tables = (inputs.tables ?? []).map(parseTable);
  // A schema covers its tables; "*" may still leave one out, such as a table of an extension.
  return { schemas, tables: schemas === "*" ? tables : tables.filter(({ schema }) => !schemas.includes(schema)) };
}

/** A role by its OID where the state knows it, else by its name. */
export interface RoleReference {
  oid: number | null;
  name: string;
}

/** As whom we can grant: as ourselves, as the owner by SET ROLE, or not at all. */
export type Actor = "self" | "owner" | "none";

export interface SchemaRight {
  name: string;
  owner: string;
  granted: boolean;
  effective: boolean;
  actor: Actor;
}

export interface TableRight {
  schema: string;
  name: string;
  kind: string;
  owner: string;
  granted: boolean;
  effective: boolean;
  actor: Actor;
  hidesRows: boolean;
  /** Where a list of columns was asked for. */
  columns: string[] | null;
  missingColumns: string[] | null;
  unknownColumns: string[] | null;
}

export interface DefaultRight {
  creator: string;
  schema: string;
  granted: boolean;
  actor: Actor;
}

/** The parts of the scope that all reads share: who we are, the role, the schemas and relations meant. */
function scopeTables(version: number): string {
  const set = version >= 16 ? "SET" : "MEMBER";
  return `
    grantee as (select oid from pg_roles where oid = $1::oid or rolname = $2 order by (oid = $1::oid) desc nulls last limit 1),
    me as (select oid, rolsuper from pg_roles where rolname = current_user),
    neon as (select oid from pg_roles where rolname = 'cloud_admin' and rolname <> current_user),
    wanted as (select schema, name, columns from jsonb_to_recordset($4::jsonb) as t (schema text, name text, columns text[])),
    space as (
      select n.oid, n.nspname, n.nspowner, n.nspacl,
             case when $3::text[] is not null then n.nspname = any ($3::text[])
                  else n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
                       and n.nspowner not in (select oid from neon)
                       and not exists (select from pg_depend d where d.classid = 'pg_namespace'::regclass
                                        and d.objid = n.oid and d.deptype = 'e') end as whole
        from pg_namespace n
    ),
    relation as (
      select c.oid, s.nspname, c.relname, c.relkind, c.relowner, c.relacl, c.relrowsecurity, null::text[] as columns
        from space s join pg_class c on c.relnamespace = s.oid
       where s.whole and c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relpersistence <> 't'
         and c.relowner not in (select oid from neon)
         and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
      union all
      select c.oid, s.nspname, c.relname, c.relkind, c.relowner, c.relacl, c.relrowsecurity, w.columns
        from wanted w join space s on s.nspname = w.schema join pg_class c on c.relnamespace = s.oid and c.relname = w.name
       where c.relkind in ('r', 'p', 'v', 'm', 'f') and not (s.whole and c.relowner not in (select oid from neon)
         and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'))
    ),
    owner as (
      select r.oid, r.rolname,
             case when me.rolsuper or pg_has_role(me.oid, r.oid, 'USAGE') then 'self'
                  when pg_has_role(me.oid, r.oid, '${set}') then 'owner' else 'none' end as actor
        from pg_roles r, me
    )`;
}

function scopeValues(role: RoleReference, scope: Scope): unknown[] {
  const wanted = scope.tables.map(({ schema, name, columns }) => ({ schema, name, columns }));
  return [role.oid, role.name, scope.schemas === "*" ? null : scope.schemas, JSON.stringify(wanted)];
}

/** The names of the scope that mean nothing in this database. */
export function readMissing(scope: Scope): Statement {
  const wanted = scope.tables.map(({ schema, name }) => ({ schema, name }));
  return statement(
    `
    select null::text as "schema", w.name as "name" from unnest($1::text[]) as w (name)
     where not exists (select from pg_namespace n where n.nspname = w.name)
    union all
    select w.schema, w.name from jsonb_to_recordset($2::jsonb) as w (schema text, name text)
     where not exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace
                        where n.nspname = w.schema and c.relname = w.name and c.relkind in ('r', 'p', 'v', 'm', 'f'))`,
    [scope.schemas === "*" ? [] : scope.schemas, JSON.stringify(wanted)],
  );
}

/** The schemas of the scope that exist, those of the listed tables included. */
export function readSchemas(version: number, role: RoleReference, scope: Scope): Statement {
  return statement(
    `
    with ${scopeTables(version)}
    select s.nspname as "name", o.rolname as "owner", s.whole and true as "whole",
           exists (select from aclexplode(coalesce(s.nspacl, acldefault('n', s.nspowner))) a
                    where a.grantee = (select oid from grantee) and a.privilege_type = 'USAGE') as "granted",
           has_schema_privilege((select oid from grantee), s.oid, 'USAGE') as "effective",
           case when o.actor <> 'none' then o.actor
                when has_schema_privilege(me.oid, s.oid, 'USAGE WITH GRANT OPTION') then 'self' else 'none' end as "actor"
      from space s join owner o on o.oid = s.nspowner, me
     where s.whole or s.nspname in (select schema from wanted)
     order by 1`,
    scopeValues(role, scope),
  );
}

/** The relations of the scope that lack something, or hide rows: none when all is well, however many there are. */
export function readTableRights(version: number, role: RoleReference, scope: Scope): Statement {
  return statement(
    `
    with ${scopeTables(version)},
    right_ as (
      select r.nspname as "schema", r.relname as "name", r.relkind as "kind", o.rolname as "owner", r.columns,
             exists (select from aclexplode(coalesce(r.relacl, acldefault('r', r.relowner))) a
                      where a.grantee = (select oid from grantee) and a.privilege_type = 'SELECT')
             or g.rolsuper or g.oid = r.relowner as "granted",
             has_table_privilege((select oid from grantee), r.oid, 'SELECT') as "effective",
             case when o.actor <> 'none' then o.actor
                  when has_table_privilege(me.oid, r.oid, 'SELECT WITH GRANT OPTION') then 'self' else 'none' end as "actor",
             r.relrowsecurity and not g.rolbypassrls and not g.rolsuper and g.oid <> r.relowner as "hidesRows",
             array(select k.name from unnest(r.columns) as k (name)
                    where not exists (select from pg_attribute t, aclexplode(t.attacl) a
                                       where t.attrelid = r.oid and t.attname = k.name and a.grantee = (select oid from grantee)
                                         and a.privilege_type = 'SELECT') order by 1) as "missingColumns",
             array(select k.name from unnest(r.columns) as k (name)
                    where not exists (select from pg_attribute t where t.attrelid = r.oid and t.attname = k.name
                                         and t.attnum > 0 and not t.attisdropped) order by 1) as "unknownColumns"
        from relation r join owner o on o.oid = r.relowner, me, pg_roles g
       where g.oid = (select oid from grantee)
    )
    select * from right_
     where "hidesRows" or (not "granted" and (columns is null or "missingColumns" <> '{}'))
     order by 1, 2`,
    scopeValues(role, scope),
  );
}

/** How many relations the scope holds, and whether the role may connect at all. */
export function readCoverage(version: number, role: RoleReference, scope: Scope): Statement {
  return statement(
    `
    with ${scopeTables(version)}
    select (select count(*)::int from relation) as "total",
           has_database_privilege((select oid from grantee), current_database(), 'CONNECT') as "connect",
           exists (select from pg_database b, aclexplode(b.datacl) a
                    where b.datname = current_database() and a.grantee = (select oid from grantee) and a.privilege_type = 'CONNECT') as "connectGranted"`,
    scopeValues(role, scope),
  );
}

/**
 * Who may create tables in the schemas: their owners, the owners of what is there, whoever was granted CREATE, and the
 * login roles that are members of those. Each needs default privileges of its own, since they work for the creator only.
 */
export function readDefaultRights(
  version: number,
  role: RoleReference,
  scope: Scope,
  objectOwners: string[] | undefined,
): Statement {
  return statement(
    `
    with ${scopeTables(version)},
    root as (
      select s.oid as space, case when p.rolname = 'pg_database_owner' then b.datdba else s.nspowner end as creator
        from space s join pg_roles p on p.oid = s.nspowner, pg_database b where s.whole and b.datname = current_database()
      union select c.relnamespace, r.relowner from relation r join pg_class c on c.oid = r.oid where r.columns is null
      union select s.oid, a.grantee from space s, aclexplode(s.nspacl) a
             where s.whole and a.privilege_type = 'CREATE' and a.grantee <> 0
      union select s.oid, me.oid from space s, me where s.whole and has_schema_privilege(me.oid, s.oid, 'CREATE')
    ),
    creator as (
      select space, creator from root where $5::text[] is null
      union
      select t.space, m.oid from root t, pg_roles m
       where $5::text[] is null and m.rolcanlogin and not m.rolsuper and pg_has_role(m.oid, t.creator, 'MEMBER')
         and has_schema_privilege(m.oid, t.space, 'CREATE')
      union
      select s.oid, r.oid from space s, pg_roles r where s.whole and r.rolname = any ($5::text[])
    )
    select o.rolname as "creator", s.nspname as "schema", o.actor as "actor",
           exists (select from pg_default_acl d, aclexplode(d.defaclacl) a
                    where d.defaclrole = c.creator and d.defaclnamespace in (0, c.space) and d.defaclobjtype = 'r'
                      and a.grantee = (select oid from grantee) and a.privilege_type = 'SELECT') as "granted"
      from creator c join owner o on o.oid = c.creator join space s on s.oid = c.space
     where s.whole and c.creator <> (select oid from grantee) and c.creator not in (select oid from neon) and o.rolname <> 'pg_database_owner'
     order by 1, 2`,
    [...scopeValues(role, scope), objectOwners ?? null],
  );
}

export interface HeldRight {
  kind: "table" | "columns" | "schema" | "default" | "connect";
  schema: string;
  /** The table, or for default privileges the creator role. */
  name: string;
  owner: string;
  actor: Actor;
  columns: string[] | null;
}

/** The rights of the role within the scope that we can take back: granted by us, or by an owner whom we can act as. */
export function readHeldRights(version: number, role: RoleReference, scope: Scope): Statement {
  return statement(
    `
    with ${scopeTables(version)},
    held as (
      select 'table' as kind, r.nspname, r.relname, r.relowner as owner, a.grantor, null::text[] as columns
        from relation r, aclexplode(r.relacl) a where a.grantee = (select oid from grantee) and a.privilege_type = 'SELECT'
      union all
      select 'columns', r.nspname, r.relname, r.relowner, a.grantor, array_agg(t.attname::text order by t.attname)
        from relation r join pg_attribute t on t.attrelid = r.oid, aclexplode(t.attacl) a
       where r.columns is not null and a.grantee = (select oid from grantee) and a.privilege_type = 'SELECT'
       group by 2, 3, 4, 5
      union all
      select 'schema', s.nspname, '', s.nspowner, a.grantor, null
        from space s, aclexplode(s.nspacl) a
       where (s.whole or s.nspname in (select schema from wanted)) and a.grantee = (select oid from grantee) and a.privilege_type = 'USAGE'
      union all
      select 'default', s.nspname, c.rolname, d.defaclrole, d.defaclrole, null
        from pg_default_acl d join space s on s.oid = d.defaclnamespace join pg_roles c on c.oid = d.defaclrole,
             aclexplode(d.defaclacl) a
       where s.whole and d.defaclobjtype = 'r' and a.grantee = (select oid from grantee) and a.privilege_type = 'SELECT'
      union all
      select 'connect', '', b.datname, b.datdba, a.grantor, null
        from pg_database b, aclexplode(b.datacl) a
       where b.datname = current_database() and a.grantee = (select oid from grantee) and a.privilege_type = 'CONNECT'
    )
    select h.kind as "kind", h.nspname as "schema", h.relname as "name", o.rolname as "owner", h.columns as "columns",
           case when h.grantor = h.owner then o.actor when h.grantor = me.oid then 'self' else 'none' end as "actor"
      from held h join owner o on o.oid = h.owner, me
     order by 1, 2, 3`,
    scopeValues(role, scope),
  );
}
