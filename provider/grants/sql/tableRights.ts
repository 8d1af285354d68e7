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
import { type Actor, RELATION_ACTOR, type Scope, scopeTables, scopeValues } from "./scope";

export interface TableRight extends RowSecurity {
  schema: string;
  name: string;
  /** By its schema, not by its own name. */
  whole: boolean;
  kind: string;
  owner: string;
  /** SELECT on the whole of it, where no columns are asked for: rights to columns stand beside that and outlive it. */
  granted: boolean;
  effective: boolean;
  actor: Actor;
  /** We are the owner or a member of it, whether that is enough or not. */
  member: boolean;
  hidesRows: boolean;
  /** Where a list of columns was asked for, and those of them that are there and not granted. */
  columns: string[] | null;
  missingColumns: string[];
  oid: number;
  schemaOid: number;
  ownerOid: number;
}

/** The relations of the scope that lack something, or hide rows: none when all is well, however many there are. */
export function readTableRights(version: number, role: RoleReference, scope: Scope): Query<TableRight[]> {
  return queryRows(
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
