import { partitionedAbove } from "../../postgres/sql/partitions";
import type { RoleReference } from "../../postgres/sql/role";
import { type Query, qualified, queryRows } from "../../postgres/sql/statement";
import { displayIdentifier, type TableName } from "../../postgres/sql/table";
import { joinFirst } from "../../text";
import { type Actor, RELATION_ACTOR, type Scope, scopeTables, scopeValues } from "./scope";

/** One right that the role holds, from one grantor. */
export interface ActualRight {
  kind: "table" | "column" | "schema" | "default" | "connect";
  schema: string;
  /** The table; for default privileges, the role that creates the tables; for CONNECT, the database. */
  name: string;
  column: string | null;
  /** The OIDs of the object called `name`, of its schema and of the grantor, and the column's number; 0 if there is none. */
  oid: number;
  schemaOid: number;
  columnNumber: number;
  grantorOid: number;
  owner: string;
  grantor: string;
  /** The role to run REVOKE as. Rights granted by anyone other than the owner or a role we grant as are left alone. */
  actor: Actor;
  /**
   * For a leaf, the partitioned tables above it. For a schema, those outside it that have leaves in it. Whether a scope has one of
   * them decides whether it has the leaf.
   */
  roots: RightRoot[];
}

/** A partitioned table above a leaf. */
export interface RightRoot extends TableName {
  oid: number;
  schemaOid: number;
  /** For a right on a column of the leaf: the number of the same column in this table, and its name if that was another one. */
  columnNumber: number | null;
  column?: string;
}

export type RightFilter = (right: ActualRight) => boolean;

/**
 * The rights of the role within the scope, except those that it has as an owner, which no one granted. Default privileges for
 * all schemas are included, with an empty schema: we set none, and do not revoke rights that come from them. If we
 * are the owner or can become it, we grant as the owner. Otherwise Postgres records us, or a role whose grant option we
 * inherit, as the grantor (`select_best_grantor`).
 */
export function readActualRights(version: number, role: RoleReference, scope: Scope): Query<ActualRight[]> {
  return queryRows(
    `
    with recursive ${scopeTables(version)},
    scope_space as (
      select s.* from space s
       where s.whole or s.nspname in (select schema from wanted) or s.oid in (select relnamespace from relation)
          or s.oid in (select known_schema from named where known_schema is not null)
    ),
    partition_leaf as (
      select c.oid from pg_class c
       where c.relispartition and c.relkind <> 'p' and c.relnamespace in (select oid from scope_space)
    ), ${partitionedAbove("select oid from partition_leaf")},
    root as (
      select a.leaf, a.distance, l.relnamespace as space, c.oid, c.relnamespace, n.nspname, c.relname
        from above a join pg_class l on l.oid = a.leaf join pg_class c on c.oid = a.relid join pg_namespace n on n.oid = c.relnamespace
    ),
    -- A map, since a join may compare each right with each leaf.
    roots as (
      select coalesce(jsonb_object_agg(k.key, k.roots), '{}') as map from (
        select format('%s.%s', r.leaf, t.attnum) as key, jsonb_agg(${ROOT} order by r.distance) as roots
          from root r
         cross join lateral (
           select 0 as attnum, null::name as attname
           union all
           select a.attnum, a.attname from pg_attribute a where a.attrelid = r.leaf and a.attacl is not null and not a.attisdropped) t
          left join pg_attribute x on x.attrelid = r.oid and x.attname = t.attname
         group by r.leaf, t.attnum
        union all
        select format('schema %s', r.space), jsonb_agg(distinct ${ROOT})
          from root r, (select null::int2 as attnum) x where r.relnamespace <> r.space group by r.space) k
    ),
    held as (
      select 'table' as kind, r.nspname, r.relname, null::name as attname, r.relowner as owner, a.grantor, r.relnamespace, r.usable,
             r.oid, r.relnamespace as space, 0 as attnum, a.grantee, a.privilege_type
        from relation r, aclexplode(r.relacl) a
      union all
      select 'column', r.nspname, r.relname, t.attname, r.relowner, a.grantor, r.relnamespace, r.usable,
             r.oid, r.relnamespace, t.attnum, a.grantee, a.privilege_type
        from relation r join pg_attribute t on t.attrelid = r.oid and t.attacl is not null and not t.attisdropped,
             aclexplode(t.attacl) a
      union all
      select 'schema', s.nspname, '', null, s.nspowner, a.grantor, null, true, s.oid, s.oid, 0, a.grantee, a.privilege_type
        from scope_space s, aclexplode(s.nspacl) a
      union all
      select 'default', coalesce(s.nspname, ''), c.rolname, null, d.defaclrole, d.defaclrole, null, true,
             d.defaclrole, d.defaclnamespace, 0, a.grantee, a.privilege_type
        from pg_default_acl d join pg_roles c on c.oid = d.defaclrole left join space s on s.oid = d.defaclnamespace,
             aclexplode(d.defaclacl) a
       where d.defaclobjtype = 'r' and (s.whole or d.defaclnamespace = 0)
      union all
      select 'connect', '', b.datname, null, b.datdba, a.grantor, null, true, b.oid, 0, 0, a.grantee, a.privilege_type
        from pg_database b, aclexplode(b.datacl) a
       where b.datname = current_database()
    )
    select r.kind as "kind", r.nspname as "schema", r.relname as "name", r.attname as "column", o.rolname as "owner",
           pg_get_userbyid(r.grantor) as "grantor",
           coalesce(roots.map -> case r.kind when 'schema' then format('schema %s', r.oid) when 'table' then format('%s.0', r.oid)
                                     when 'column' then format('%s.%s', r.oid, r.attnum) end, '[]') as "roots",
           r.oid as "oid", r.space as "schemaOid", r.attnum as "columnNumber", r.grantor as "grantorOid",
           case when r.kind = 'default' and r.space = 0 then 'none'
                when r.grantor = r.owner then case when r.relnamespace is null then o.actor else ${RELATION_ACTOR} end
                when not r.usable then 'none'
                when r.grantor = me.oid and o.actor <> 'self' then 'self'
                when o.actor = 'none' and pg_has_role(me.oid, r.grantor, 'USAGE') then 'self' else 'none' end as "actor"
      from held r join grantee g on g.oid = r.grantee join owner o on o.oid = r.owner, me, roots
     where r.privilege_type = case r.kind when 'schema' then 'USAGE' when 'connect' then 'CONNECT' else 'SELECT' end
       and r.grantee <> r.owner
     order by 1, 2, 3, 4`,
    scopeValues(role, scope),
  );
}

/** The partitioned table `r` above a leaf, with the column `x`. */
const ROOT = `jsonb_build_object('oid', r.oid::bigint, 'schemaOid', r.relnamespace::bigint, 'schema', r.nspname, 'name', r.relname,
                              'columnNumber', x.attnum)`;

/** The relations whose rights these are, by their quoted names: the locks that GRANT and REVOKE need. */
export function relationsOf(rights: readonly { kind: string; schema: string; name: string }[]): string[] {
  const ofOthers = new Set(["schema", "default", "connect"]);
  return [...new Set(rights.filter(({ kind }) => !ofOthers.has(kind)).map(qualified))];
}

/** The first few, each with its grantor. */
export function displayRights(rights: ActualRight[]): string {
  return joinFirst(
    rights.map((right) => `${displayObject(right)} (by ${displayIdentifier(right.grantor)})`),
    5,
  );
}

function displayObject({ kind, schema, name, column }: ActualRight): string {
  if (kind === "default") return `future tables in ${schema === "" ? "all schemas" : displayIdentifier(schema)}`;
  const parts = [schema, name, column ?? ""].filter((part) => part !== "").map(displayIdentifier);
  return `${kind} ${parts.join(".")}`;
}
