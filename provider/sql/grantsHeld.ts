import type { Actor } from "./grantsRead";
import { RELATION_ACTOR, type Scope, scopeTables, scopeValues } from "./grantsScope";
import type { RoleReference } from "./role";
import { type Statement, statement } from "./statement";

/** One right that the role holds, from one grantor. */
export interface HeldRight {
  kind: "table" | "column" | "schema" | "default" | "connect";
  schema: string;
  /** The table, for default privileges the creator role, for CONNECT the database. */
  name: string;
  column: string | null;
  owner: string;
  grantor: string;
  /** As whom we can take it back: never what somebody granted who is neither the owner nor one whom we grant as. */
  actor: Actor;
}

/**
 * The rights of the role within the scope. Where we are or can be the owner, we grant as the owner; else Postgres takes
 * us, or a role that we inherit a grant option from, for the grantor (`select_best_grantor`).
 */
export function readHeldRights(version: number, role: RoleReference, scope: Scope): Statement {
  return statement(
    `
    with ${scopeTables(version)},
    held as (
      select 'table' as kind, r.nspname, r.relname, null::name as attname, r.relowner as owner, a.grantor, r.relnamespace, r.usable
        from relation r, grantee g, aclexplode(r.relacl) a where a.grantee = g.oid and a.privilege_type = 'SELECT'
      union all
      select 'column', r.nspname, r.relname, t.attname, r.relowner, a.grantor, r.relnamespace, r.usable
        from relation r join pg_attribute t on t.attrelid = r.oid and t.attacl is not null and not t.attisdropped,
             grantee g, aclexplode(t.attacl) a
       where a.grantee = g.oid and a.privilege_type = 'SELECT'
      union all
      select 'schema', s.nspname, '', null, s.nspowner, a.grantor, null, true
        from space s, grantee g, aclexplode(s.nspacl) a
       where (s.whole or s.nspname in (select schema from wanted)) and a.grantee = g.oid and a.privilege_type = 'USAGE'
      union all
      select 'default', s.nspname, c.rolname, null, d.defaclrole, d.defaclrole, null, true
        from pg_default_acl d join space s on s.oid = d.defaclnamespace join pg_roles c on c.oid = d.defaclrole,
             grantee g, aclexplode(d.defaclacl) a
       where s.whole and d.defaclobjtype = 'r' and a.grantee = g.oid and a.privilege_type = 'SELECT'
      union all
      select 'connect', '', b.datname, null, b.datdba, a.grantor, null, true
        from pg_database b, grantee g, aclexplode(b.datacl) a
       where b.datname = current_database() and a.grantee = g.oid and a.privilege_type = 'CONNECT'
    )
    select r.kind as "kind", r.nspname as "schema", r.relname as "name", r.attname as "column", o.rolname as "owner",
           pg_get_userbyid(r.grantor) as "grantor",
           case when r.grantor = r.owner then case when r.relnamespace is null then o.actor else ${RELATION_ACTOR} end
                when not r.usable then 'none'
                when r.grantor = me.oid and o.actor <> 'self' then 'self'
                when o.actor = 'none' and pg_has_role(me.oid, r.grantor, 'USAGE') then 'self' else 'none' end as "actor"
      from held r join owner o on o.oid = r.owner, me
     order by 1, 2, 3, 4`,
    scopeValues(role, scope),
  );
}
