import type { RoleReference } from "../../postgres/sql/role";
import { type Query, queryRows } from "../../postgres/sql/statement";
import { type Actor, type Scope, scopeTables, scopeValues } from "./scope";

export interface DefaultRight {
  creator: string;
  schema: string;
  granted: boolean;
  actor: Actor;
}

/**
 * The roles that may create tables in the schemas: owners of the schemas, owners of the relations in them, roles with CREATE,
 * and login roles that inherit from any of these. Each needs default privileges of its own, since they apply only to what that
 * role creates. A role that has to run SET ROLE first creates tables as the other role. A login role that may not connect to the
 * database creates nothing, unless a role that may connect is a member of it. To create a table, CREATE on the schema is enough:
 * USAGE is not checked.
 */
export function readDefaultRights(version: number, role: RoleReference, scope: Scope): Query<DefaultRight[]> {
  return queryRows(
    `
    with recursive ${scopeTables(version)},
    root as (
      select s.oid as space, case when p.rolname = 'pg_database_owner' then b.datdba else s.nspowner end as creator
        from space s join pg_roles p on p.oid = s.nspowner, pg_database b where s.whole and b.datname = current_database()
      union select r.relnamespace, r.relowner from relation r join space s on s.oid = r.relnamespace where s.whole
      union select s.oid, a.grantee from space s, aclexplode(s.nspacl) a
             where s.whole and a.privilege_type = 'CREATE' and a.grantee <> 0
      union select s.oid, me.oid from space s, me where s.whole
    ),
    visitor as (
      select oid from pg_roles
       where rolcanlogin and not rolsuper and has_database_privilege(oid, current_database(), 'CONNECT')
    ),
    creator as (
      select t.space, t.creator from root t join pg_roles r on r.oid = t.creator
       where has_schema_privilege(t.creator, t.space, 'CREATE')
         and (not r.rolcanlogin or has_database_privilege(r.oid, current_database(), 'CONNECT')
              or exists (select from visitor v where pg_has_role(v.oid, r.oid, 'MEMBER')))
      union
      select t.space, v.oid from root t, visitor v
       where pg_has_role(v.oid, t.creator, 'MEMBER') and has_schema_privilege(v.oid, t.space, 'CREATE')
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
