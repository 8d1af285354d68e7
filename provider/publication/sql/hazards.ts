import { PUBLISHABLE } from "./members";

/**
 * Expects `member (relid, columns, filter, listed)`: the relations of a publication with the columns of their column lists and
 * row filters. Also expects `published (changes, generated, viaroot)`: whether UPDATE or DELETE is published, whether stored
 * generated columns are, and publish_via_partition_root.
 * The rule is that of Postgres (CheckCmdReplicaIdentity): FULL, or an index that is valid, immediate, and the primary key or the
 * replica identity. It applies to the table that holds the row, so to every partition, under the column list and row filter of
 * its topmost published ancestor. A partitioned table represents its future partitions: they inherit a primary key, but neither
 * FULL nor the choice of another index.
 */
export function hazards(version: number): string {
  // Each table is looked up by itself. A join with all generated columns would compare every pair.
  const generated = (relation: string) =>
    version >= 18
      ? `select coalesce(bool_or(g.attgenerated = 's'), false) as stored, coalesce(bool_or(g.attgenerated = 'v'), false) as virtual
           from pg_attribute g where g.attrelid = ${relation} and g.attgenerated <> '' and not g.attisdropped`
      : "select false as stored, false as virtual";
  return `
    -- Nearly all tables have a plain primary key. Only the others need a closer look.
    doubtful as (
      select m.relid, c.relkind as kind, m.columns, m.filter, m.listed from member m join pg_class c on c.oid = m.relid
       where m.columns is not null or m.filter is not null or c.relkind <> 'r' or c.relreplident <> 'd'
          ${version >= 18 ? "or m.relid in (select g.attrelid from pg_attribute g where g.attgenerated <> '' and not g.attisdropped)" : ""}
          or not exists (select from pg_index i where i.indrelid = m.relid and i.indisprimary and i.indisvalid and i.indimmediate)
    ),
    tree (relid, kind, columns, filter, listed, depth) as (
      select m.relid, m.kind, m.columns, m.filter, m.listed, 0 from doubtful m
      union all
      select c.oid, c.relkind, t.columns, t.filter, t.listed, t.depth + 1
        from tree t join pg_inherits i on i.inhparent = t.relid join pg_class c on c.oid = i.inhrelid
       where t.kind = 'p'
    ),
    governed as (
      select distinct on (t.relid) t.relid, case when p.viaroot or t.depth = 0 then t.columns end as columns,
             case when p.viaroot or t.depth = 0 then t.filter end as filter
        from tree t, published p where p.changes
       order by t.relid, case when p.viaroot then -t.depth else t.depth end, t.listed desc
    ),
    judged as (
      select g.*, c.relkind = 'p' as parent, case c.relkind when 'p' then 'd' else c.relreplident end as identity, i.indexrelid as index,
             a.virtual, coalesce(a.stored and not p.generated, false) as stored,
             case when g.columns is not null or g.filter is not null or a.stored then array(
               select k.attname::text from pg_attribute k
                where k.attrelid = i.indrelid and k.attnum = any ((i.indkey::int2[])[0 : i.indnkeyatts - 1]) order by 1) end as key
        from governed g join published p on true join pg_class c on c.oid = g.relid and ${PUBLISHABLE}
        left join pg_index i on i.indrelid = c.oid and i.indisvalid and i.indimmediate
                            and case when c.relkind = 'p' or c.relreplident = 'd' then i.indisprimary else c.relreplident = 'i' and i.indisreplident end
        cross join lateral (${generated("c.oid")}) a
    ),
    hazard as (
      select j.*,
             case when j.identity = 'f' and j.columns is not null then 'listUnderFull'
                  when j.identity = 'f' and j.virtual then 'virtualUnderFull'
                  when j.identity = 'f' and j.stored then 'generatedUnderFull'
                  when j.identity = 'f' then null
                  when j.index is null and j.parent then 'partitionsToCome'
                  when j.index is null then 'noIdentity'
                  when not j.key <@ j.columns then 'listWithoutKey'
                  when not j.filter <@ j.key then 'filterBeyondKey'
                  when j.columns is null and j.stored and exists (
                         select from pg_attribute k where k.attrelid = j.relid and k.attgenerated = 's' and k.attname::text = any (j.key))
                    then 'generatedInKey' end as hazard
        from judged j
    )
    select n.nspname as "schema", c.relname as "name", coalesce(w.cause, h.hazard) as "hazard",
           case when h.hazard = 'listWithoutKey' then array(select unnest(h.key) except select unnest(h.columns) order by 1)
                when h.hazard = 'filterBeyondKey' then array(select unnest(h.filter) except select unnest(h.key) order by 1) end as "columns",
           w.primary_key as "primaryKey", w.unique_index as "uniqueIndex", w.invalid_index as "invalidIndex",
           not h.parent and h.columns is null and not h.virtual and not h.stored as "full"
      from hazard h join pg_class c on c.oid = h.relid join pg_namespace n on n.oid = c.relnamespace
      cross join lateral (
        select case when h.hazard = 'noIdentity'
                    then case when h.identity = 'n' then 'identityNothing'
                              when bool_or(not i.indisvalid and case h.identity when 'i' then i.indisreplident else i.indisprimary end) then 'invalidIndex'
                              when h.identity = 'i' then 'identityDropped'
                              when bool_or(i.indisprimary and not i.indimmediate) then 'deferrableKey' end end as cause,
               coalesce(bool_or(i.indisprimary and i.indisvalid and i.indimmediate), false) as primary_key,
               min(x.relname::text) filter (where not i.indisvalid and case h.identity when 'i' then i.indisreplident else i.indisprimary end) as invalid_index,
               min(x.relname::text) filter (
                 where h.columns is null and h.filter is null and i.indisvalid and i.indimmediate and i.indisunique and i.indpred is null
                   and not exists (select from generate_series(0, i.indnkeyatts - 1) as k (n) left join pg_attribute a
                                     on a.attrelid = i.indrelid and a.attnum = i.indkey[k.n] where a.attnotnull is not true)) as unique_index
          from pg_index i join pg_class x on x.oid = i.indexrelid where i.indrelid = h.relid) w
     where h.hazard is not null
     order by 1, 2`;
}
