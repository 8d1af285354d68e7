import { type Query, queryRows } from "../../postgres/sql/statement";
import type { ActualRight } from "./actual";

/** A right that the role has granted to another one, which therefore depends on the role's own right. */
export interface PassedOn {
  kind: "table" | "column" | "schema" | "connect";
  schema: string;
  /** The table, or the database. */
  name: string;
  column: string | null;
  /** Null for PUBLIC. */
  grantee: string | null;
}

/** What the role has granted to others of these rights. Each is looked up by its OIDs. */
export function readPassedOn(roleOid: number, rights: ActualRight[]): Query<PassedOn[]> {
  const objects = rights
    .filter(({ kind }) => kind !== "default")
    .map(({ kind, oid, columnNumber }) => ({ kind, oid, number: columnNumber }));
  return queryRows(
    `
    with object as (select distinct kind, oid, number from jsonb_to_recordset($2::jsonb) as t (kind text, oid oid, number int)),
    held as (
      select o.kind, n.nspname, c.relname, null::name as attname, a.grantor, a.grantee, a.privilege_type
        from object o join pg_class c on c.oid = o.oid join pg_namespace n on n.oid = c.relnamespace, aclexplode(c.relacl) a
       where o.kind = 'table'
      union all
      select 'column', n.nspname, c.relname, t.attname, a.grantor, a.grantee, a.privilege_type
        from object o join pg_class c on c.oid = o.oid join pg_namespace n on n.oid = c.relnamespace
        join pg_attribute t on t.attrelid = c.oid and (t.attnum = o.number or o.kind = 'table') and not t.attisdropped,
             aclexplode(t.attacl) a
       where o.kind in ('table', 'column')
      union all
      select 'schema', n.nspname, '', null, a.grantor, a.grantee, a.privilege_type
        from object o join pg_namespace n on n.oid = o.oid, aclexplode(n.nspacl) a where o.kind = 'schema'
      union all
      select 'connect', '', b.datname, null, a.grantor, a.grantee, a.privilege_type
        from object o join pg_database b on b.oid = o.oid, aclexplode(b.datacl) a where o.kind = 'connect'
    )
    select distinct h.kind as "kind", h.nspname as "schema", h.relname as "name", h.attname as "column", r.rolname as "grantee"
      from held h left join pg_roles r on r.oid = h.grantee
     where h.grantor = $1::oid
       and h.privilege_type = case h.kind when 'schema' then 'USAGE' when 'connect' then 'CONNECT' else 'SELECT' end
     order by 1, 2, 3, 4, 5`,
    [roleOid, JSON.stringify(objects)],
  );
}
