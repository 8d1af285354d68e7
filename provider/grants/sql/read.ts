import { LOCKED } from "../../postgres/sql/lockHolders";
import type { RoleReference } from "../../postgres/sql/role";
import { hidesRows, narrowingPolicies, policiesHeldBy, showsRows } from "../../postgres/sql/rowSecurity";
import { type Statement, statement } from "../../postgres/sql/statement";
import { RELATION_ACTOR, type Scope, scopeTables, scopeValues } from "./scope";

export function readDatabaseRight(version: number, role: RoleReference, scope: Scope): Statement {
  return statement(
    `
    with ${scopeTables(version)}
    select (select count(*)::int from relation) as "total",
           has_database_privilege(g.oid, b.oid, 'CONNECT') as "connect", o.rolname as "owner",
           case when o.actor <> 'none' then o.actor
                when has_database_privilege(me.oid, b.oid, 'CONNECT WITH GRANT OPTION') then 'self' else 'none' end as "actor"
      from pg_database b join owner o on o.oid = b.datdba, grantee g, me
     where b.datname = current_database()`,
    scopeValues(role, scope),
  );
}

/** The schemas of the scope that exist, those of the listed tables included. */
export function readSchemas(version: number, role: RoleReference, scope: Scope): Statement {
  return statement(
    `
    with ${scopeTables(version)}
    select s.nspname as "name", o.rolname as "owner",
           g.oid = s.nspowner or exists (select from aclexplode(s.nspacl) a
                                          where a.grantee = g.oid and a.privilege_type = 'USAGE') as "granted",
           has_schema_privilege(g.oid, s.oid, 'USAGE') as "effective",
           case when o.actor <> 'none' then o.actor
                when has_schema_privilege(me.oid, s.oid, 'USAGE WITH GRANT OPTION') then 'self' else 'none' end as "actor"
      from space s join owner o on o.oid = s.nspowner, grantee g, me
     where s.whole or s.nspname in (select schema from wanted)
     order by 1`,
    scopeValues(role, scope),
  );
}

/** The relations of the scope that lack something, or hide rows: none when all is well, however many there are. */
export function readTableRights(version: number, role: RoleReference, scope: Scope): Statement {
  return statement(
    `
    with ${scopeTables(version)}, ${LOCKED},
    held as materialized (
      select r.*, g.oid as grantee,
             g.rolsuper or g.oid = r.relowner
             or r.columns is null and exists (select from aclexplode(r.relacl) a
                                               where a.grantee = g.oid and a.privilege_type = 'SELECT') as granted,
             ${hidesRows("r", "g", "hides")} as may_hide_rows
        from relation r, grantee g
    ),
    lacking as (
      select h.*, h.may_hide_rows and ${hidesRows("h", "g", "shows")} as hides_rows,
             array(select t.attname::text from pg_attribute t
                    where t.attrelid = h.oid and t.attname = any (h.columns) and t.attnum > 0 and not t.attisdropped
                      and not exists (select from aclexplode(t.attacl) a
                                       where a.grantee = h.grantee and a.privilege_type = 'SELECT') order by 1) as missing
        from held h, grantee g where not h.granted or h.may_hide_rows
    )
    select r.nspname as "schema", r.relname as "name", r.whole as "whole", r.relkind as "kind", o.rolname as "owner", r.columns as "columns",
           r.granted as "granted",
           case when r.columns is null then has_table_privilege(r.grantee, r.oid, 'SELECT')
                else not exists (select from unnest(r.missing) as m (name)
                                  where not has_column_privilege(r.grantee, r.oid, m.name, 'SELECT')) end as "effective",
           o.actor <> 'none' as "member",
           case when a.actor <> 'none' then a.actor
                when r.usable and has_table_privilege(me.oid, r.oid, 'SELECT WITH GRANT OPTION') then 'self' else 'none' end as "actor",
           r.hides_rows as "hidesRows",
           case when r.hides_rows then ${showsRows("r", "g")} else true end as "showsRows",
           case when r.hides_rows then ${narrowingPolicies("r", "g")} else '[]' end as "narrowedBy",
           case when r.may_hide_rows and not r.hides_rows then ${policiesHeldBy("r", "g")} end as "rowsHeldBy",
           r.missing as "missingColumns",
           r.oid as "oid", r.relnamespace as "schemaOid", r.relowner as "ownerOid"
      from lacking r join owner o on o.oid = r.relowner, grantee g, me, lateral (select ${RELATION_ACTOR} as actor) a
     where r.may_hide_rows or r.columns is null or r.missing <> '{}'
     order by 1, 2`,
    scopeValues(role, scope),
  );
}

/**
 * Who may create tables in the schemas: their owners, the owners of what is there, whoever was granted CREATE, and the
 * login roles that inherit from those. Each needs default privileges of its own, since they work for the creator only; a
 * role that must SET ROLE first creates as the other role.
 */
export function readDefaultRights(version: number, role: RoleReference, scope: Scope): Statement {
  return statement(
    `
    with ${scopeTables(version)},
    root as (
      select s.oid as space, case when p.rolname = 'pg_database_owner' then b.datdba else s.nspowner end as creator
        from space s join pg_roles p on p.oid = s.nspowner, pg_database b where s.whole and b.datname = current_database()
      union select r.relnamespace, r.relowner from relation r join space s on s.oid = r.relnamespace where s.whole
      union select s.oid, a.grantee from space s, aclexplode(s.nspacl) a
             where s.whole and a.privilege_type = 'CREATE' and a.grantee <> 0
      union select s.oid, me.oid from space s, me where s.whole
    ),
    creator as (
      select t.space, t.creator from root t where has_schema_privilege(t.creator, t.space, 'CREATE')
      union
      select t.space, m.oid from root t, pg_roles m
       where m.rolcanlogin and not m.rolsuper and pg_has_role(m.oid, t.creator, 'MEMBER')
         and has_schema_privilege(m.oid, t.space, 'CREATE')
    ),
    meant as (
      select space, creator from creator where $5::text[] is null
      union
      select s.oid, r.oid from space s, pg_roles r where s.whole and r.rolname = any ($5::text[])
    )
    select o.rolname as "creator", s.nspname as "schema", o.actor as "actor",
           exists (select from pg_default_acl d, aclexplode(d.defaclacl) a
                    where d.defaclrole = m.creator and d.defaclnamespace in (0, m.space) and d.defaclobjtype = 'r'
                      and a.grantee = g.oid and a.privilege_type = 'SELECT') as "granted"
      from meant m join owner o on o.oid = m.creator join space s on s.oid = m.space, grantee g
     where m.creator <> g.oid and m.creator not in (select oid from neon) and o.rolname <> 'pg_database_owner'
     order by 1, 2`,
    [...scopeValues(role, scope), scope.objectOwners ?? null],
  );
}
