import { LOCKED } from "../../postgres/sql/lockHolders";
import type { RoleReference } from "../../postgres/sql/role";
import {
  hidesRows,
  narrowingPolicies,
  policiesHeldBy,
  type RowSecurity,
  showsRows,
} from "../../postgres/sql/rowSecurity";
import { type Query, queryRows } from "../../postgres/sql/statement";
import type { TableName } from "../../postgres/sql/table";
import { type Actor, LOAD_COLUMN, nameOfTable, RELATION_ACTOR, type Scope, scopeTables, scopeValues } from "./scope";

export interface TableRight extends RowSecurity {
  schema: string;
  name: string;
  /** The scope has its whole schema, rather than the table by name. */
  whole: boolean;
  /** The partitioned table that brings it into the scope as a leaf, if nothing else does. */
  root: TableName | null;
  kind: string;
  owner: string;
  /**
   * The role owns the table, is a superuser, or has SELECT on the whole table and no columns are listed. Listed columns are
   * granted separately, so that they outlive that right.
   */
  granted: boolean;
  effective: boolean;
  actor: Actor;
  /** We are the owner or a member of the owner's role, whether that is enough or not. */
  member: boolean;
  hidesRows: boolean;
  /** The listed columns, null if none are listed; and those of them and of `ctid` that exist and are not granted. */
  columns: string[] | null;
  missingColumns: string[];
  oid: number;
  schemaOid: number;
  ownerOid: number;
}

/** The relations of the scope on which a right is missing or that hide rows. When nothing is wrong there are none, however large the scope. */
export function readTableRights(version: number, role: RoleReference, scope: Scope): Query<TableRight[]> {
  return queryRows(
    `
    with recursive ${scopeTables(version)}, ${LOCKED},
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
                    where t.attrelid = h.oid and h.columns is not null
                      and (t.attname = any (h.columns) and t.attnum > 0 and not t.attisdropped or t.attnum = ${LOAD_COLUMN.number})
                      and not exists (select from aclexplode(t.attacl) a
                                       where a.grantee = h.grantee and a.privilege_type = 'SELECT') order by 1) as missing
        from held h, grantee g where not h.granted or h.may_hide_rows
    )
    select r.nspname as "schema", r.relname as "name", r.whole as "whole",
           case when r.root is not null then ${nameOfTable("r.root")} end as "root", r.relkind as "kind", o.rolname as "owner", r.columns as "columns",
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
