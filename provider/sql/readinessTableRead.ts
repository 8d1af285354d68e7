import type { MappedTable } from "./readiness";
import { hidesRows, narrowingPolicies, type RowSecurity, showsRows } from "./rowSecurity";
import { type Statement, statement } from "./statement";
import type { TableName } from "./table";

export interface TableFacts extends TableName, RowSecurity {
  exists: boolean;
  kind: string;
  persistent: boolean;
  partition: boolean;
  usage: boolean;
  selectable: boolean;
  /** The columns that the pipe reads, where it does not read all of them. */
  columns: string[] | null;
  /** Rows may be hidden from the role. */
  rowSecurity: boolean;
  identity: string;
  hasKey: boolean;
  hasIdentityIndex: boolean;
  /** A unique index that could be the replica identity, and its columns. */
  otherIndex: string | null;
  otherColumns: string[] | null;
  /** What the pipe leaves out although there is no such column. */
  unknownColumns: string[];
  /** Columns that come with the first load and never with a change. */
  generated: string[];
  /** Those of them that no publication can publish. */
  virtual: string[];
  generatedInKey: boolean;
  /** Named by the publication: itself, by its schema, or with all tables. */
  member: boolean;
  published: boolean;
  /** The published table whose partition it is. */
  publishedParent: TableName | null;
  listed: string[] | null;
  filter: string | null;
  unpublishedColumns: string[];
}

/** Subqueries on the table `c` of the statement below, for the role `r`. */
const LIVE = `(select attnum, attname::text as name, attgenerated <> '' as generated, attgenerated = 'v' as virtual
                 from pg_attribute where attrelid = c.oid and attnum > 0 and not attisdropped)`;
const OTHER_INDEX = `(select x.relname::text as name, array(select a.name from ${LIVE} a where a.attnum = any (i.columns) order by 1) as columns
                        from (select *, (indkey::int2[])[0:indnkeyatts - 1] as columns from pg_index where indrelid = c.oid) i
                        join pg_class x on x.oid = i.indexrelid
                       where i.indisunique and i.indisvalid and i.indimmediate and i.indpred is null and i.indexprs is null
                         and not exists (select from pg_attribute a where a.attrelid = c.oid and a.attnum = any (i.columns)
                                            and (not a.attnotnull or a.attgenerated <> '')) order by 1 limit 1)`;

/** The columns that the effective key is made of. */
const KEY = `(select unnest(indkey::int2[]) as attnum from pg_index
               where indrelid = c.oid and case c.relreplident when 'i' then indisreplident else indisprimary end)`;

/** Facts on the mapped tables; without a list, on those that the publication publishes. One row each, in one statement. */
export function readTableFacts(
  version: number,
  role: string,
  publication: string,
  tables: MappedTable[] | undefined,
): Statement {
  const attrs = version >= 15 ? "string_to_array(t.attrs::text, ' ')::int2[]" : "null::int2[]";
  const inSchema =
    version >= 15
      ? "exists (select from pg_publication_namespace s where s.pnpubid = p.oid and s.pnnspid = n.oid)"
      : "false";
  const listed =
    version >= 15
      ? `case when l.prattrs is not null then array(select a.name from ${LIVE} a where a.attnum = any (l.prattrs::int2[]) order by a.attnum) end`
      : "null::text[]";
  const filter = version >= 15 ? "pg_get_expr(l.prqual, l.prrelid)" : "null::text";
  const mapped = [
    tables?.map(({ schema }) => schema),
    tables?.map(({ name }) => name),
    tables?.map(({ excludedColumns }) => excludedColumns && JSON.stringify(excludedColumns)),
  ].map((list) => list ?? null);
  return statement(
    `
    with publication as (select * from pg_publication where pubname = $2),
    published as (
      select distinct on (t.relid) t.relid, ${attrs} as attrs
        from publication p, pg_get_publication_tables(p.pubname::text) t
    ),
    mapped as (
      -- Of an array the planner knows how long it is: with a guess of 100 it would look through all published tables for each.
      select m.schema, m.name, m.excluded, c.oid, t.relid, t.attrs
        from (select schema, name, case when excluded is null then '{}' else array(select jsonb_array_elements_text(excluded::jsonb)) end as excluded
                from unnest($3::text[], $4::text[], $5::text[]) as u (schema, name, excluded)) m
        left join pg_namespace n on n.nspname = m.schema
        left join pg_class c on c.relnamespace = n.oid and c.relname = m.name
        left join published t on t.relid = c.oid
      union all
      select n.nspname, c.relname, '{}', c.oid, t.relid, t.attrs
        from published t join pg_class c on c.oid = t.relid join pg_namespace n on n.oid = c.relnamespace
       where $3::text[] is null
    )
    select m.schema, m.name, c.oid is not null as "exists", coalesce(c.relkind, ' ') as "kind", coalesce(c.relpersistence = 'p', false) as "persistent",
           coalesce(c.relispartition, false) as "partition",
           coalesce(has_schema_privilege(r.oid, n.oid, 'USAGE'), false) as "usage",
           coalesce(has_table_privilege(r.oid, c.oid, 'SELECT') or (c.oid is not null and r.oid is not null and not exists (
             select from ${LIVE} a where a.name <> all (m.excluded) and not has_column_privilege(r.oid, c.oid, a.attnum, 'SELECT'))), false) as "selectable",
           case when m.excluded <> '{}' then array(select a.name from ${LIVE} a where a.name <> all (m.excluded) order by a.attnum) end as "columns",
           case when c.oid is not null then array(select e from unnest(m.excluded) e where e not in (select a.name from ${LIVE} a) order by 1)
                else '{}' end as "unknownColumns",
           coalesce(${hidesRows("c", "r")}, false) as "rowSecurity",
           case when c.relrowsecurity then ${showsRows("c", "r")} else true end as "showsRows",
           case when c.relrowsecurity then ${narrowingPolicies("c", "r")} else '[]' end as "narrowedBy",
           coalesce(c.relreplident, ' ') as "identity",
           exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary and i.indisvalid and i.indimmediate) as "hasKey",
           exists (select from pg_index i where i.indrelid = c.oid and i.indisreplident and i.indisvalid and i.indimmediate) as "hasIdentityIndex",
           o.name as "otherIndex", o.columns as "otherColumns",
           array(select a.name from ${LIVE} a where a.generated and a.name <> all (m.excluded) and a.attnum <> all (coalesce(m.attrs, '{}')) order by 1) as "generated",
           array(select a.name from ${LIVE} a where a.virtual order by 1) as "virtual",
           exists (select from ${KEY} k join ${LIVE} a on a.attnum = k.attnum where a.generated and a.attnum <> all (coalesce(m.attrs, '{}'))) as "generatedInKey",
           coalesce(p.puballtables or l.oid is not null or ${inSchema}, false) as "member", m.relid is not null as "published",
           (select jsonb_build_object('schema', an.nspname, 'name', ac.relname)
              from pg_partition_ancestors(c.oid) a join pg_class ac on ac.oid = a.relid join pg_namespace an on an.oid = ac.relnamespace
             -- As a truth value, so that the published tables are hashed once, and not gone through for each partition.
             where c.relispartition and a.relid <> c.oid and (a.relid in (select relid from published)) is true limit 1) as "publishedParent",
           ${listed} as "listed", ${filter} as "filter",
           array(select a.name from ${LIVE} a where m.attrs is not null and not a.generated and a.name <> all (m.excluded) and a.attnum <> all (m.attrs)
                  order by 1) as "unpublishedColumns"
      from mapped m
      left join pg_roles r on r.rolname = $1
      left join pg_namespace n on n.nspname = m.schema
      left join pg_class c on c.oid = m.oid
      left join publication p on true
      left join pg_publication_rel l on l.prpubid = p.oid and l.prrelid = c.oid
      left join lateral ${OTHER_INDEX} o on true
     order by m.schema collate "C", m.name collate "C"`,
    [role, publication, ...mapped],
  );
}
