import type { Blocker } from "../../postgres/errors";
import { LOCKED } from "../../postgres/sql/lockHolders";
import { partitionedAbove } from "../../postgres/sql/partitions";
import {
  hidesRows,
  narrowingPolicies,
  policiesHeldBy,
  type RowSecurity,
  showsRows,
} from "../../postgres/sql/rowSecurity";
import { type Statement, statement } from "../../postgres/sql/statement";
import type { TableName } from "../../postgres/sql/table";
import { PUBLISHABLE, receivedTables } from "../../publication/sql/members";
import type { MappedTable } from "../check";
import { FILTER_HOLDER, FILTER_UNLESS_HELD } from "./server";

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
  /** There is a filter, be its text known or not. */
  filtered: boolean;
  /** Who keeps us from reading it. */
  filterHeldBy: Blocker | null;
  unpublishedColumns: string[];
}

/** Subqueries on the table `c` of the statement below, for the role `r`. */
const LIVE = `(select attnum, attname::text as name, attgenerated <> '' as generated, attgenerated = 'v' as virtual, attgenerated = 's' as stored
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
  const attrs = version >= 15 ? "l.prattrs::int2[]" : "null::int2[]";
  const storedPublished = version >= 18 ? "p.pubgencols = 's' and a.stored" : "false";
  const inSchema =
    version >= 15
      ? "exists (select from pg_publication_namespace s where s.pnpubid = p.oid and s.pnnspid = n.oid)"
      : "false";
  const listed =
    version >= 15
      ? `case when l.prattrs is not null then array(select a.name from ${LIVE} a where a.attnum = any (l.prattrs::int2[]) order by a.attnum) end`
      : "null::text[]";
  const [filter, filtered, filterHolder] =
    version >= 15
      ? [FILTER_UNLESS_HELD, "l.prqual is not null", FILTER_HOLDER]
      : ["null::text", "false", "null::jsonb"];
  // A column comes with changes where it is listed, or where there is no list and it is not generated, or published all the same.
  const generatedComes = `case when ${attrs} is not null then a.attnum = any (${attrs}) else ${storedPublished} end`;
  const mapped = [
    tables?.map(({ schema }) => schema),
    tables?.map(({ name }) => name),
    tables?.map(({ excludedColumns }) => excludedColumns && JSON.stringify(excludedColumns)),
  ].map((list) => list ?? null);
  return statement(
    `
    with recursive publication as (select * from pg_publication where pubname = $2), ${receivedTables(version)},
    published as (
      select distinct t.relid from received t join pg_class c on c.oid = t.relid where ${PUBLISHABLE}
    ), ${LOCKED},
    mapped as (
      -- Of an array the planner knows how long it is: with a guess of 100 it would look through all published tables for each.
      select m.schema, m.name, m.excluded, c.oid, t.relid
        from (select schema, name, case when excluded is null then '{}' else array(select jsonb_array_elements_text(excluded::jsonb)) end as excluded
                from unnest($3::text[], $4::text[], $5::text[]) as u (schema, name, excluded)) m
        left join pg_namespace n on n.nspname = m.schema
        left join pg_class c on c.relnamespace = n.oid and c.relname = m.name
        left join published t on t.relid = c.oid
      union all
      select n.nspname, c.relname, '{}', c.oid, t.relid
        from published t join pg_class c on c.oid = t.relid join pg_namespace n on n.oid = c.relnamespace
       where $3::text[] is null
    ),
    ${partitionedAbove("select m.oid from mapped m join pg_class c on c.oid = m.oid where c.relispartition")},
    under as (
      select distinct on (a.leaf) a.leaf, a.relid as parent from above a join published p on p.relid = a.relid order by a.leaf, a.distance
    )
    select m.schema, m.name, c.oid is not null as "exists", coalesce(c.relkind, ' ') as "kind", coalesce(c.relpersistence = 'p', false) as "persistent",
           coalesce(c.relispartition, false) as "partition",
           coalesce(has_schema_privilege(r.oid, n.oid, 'USAGE'), false) as "usage",
           coalesce(has_table_privilege(r.oid, c.oid, 'SELECT') or (c.oid is not null and r.oid is not null and not exists (
             select from ${LIVE} a where a.name <> all (m.excluded) and not has_column_privilege(r.oid, c.oid, a.attnum, 'SELECT'))), false) as "selectable",
           case when m.excluded <> '{}' then array(select a.name from ${LIVE} a where a.name <> all (m.excluded) order by a.attnum) end as "columns",
           case when c.oid is not null then array(select e from unnest(m.excluded) e where e not in (select a.name from ${LIVE} a) order by 1)
                else '{}' end as "unknownColumns",
           coalesce(${hidesRows("c", "r", "shows")}, false) as "rowSecurity",
           case when coalesce(${hidesRows("c", "r", "hides")}, false) and not coalesce(${hidesRows("c", "r", "shows")}, false)
                then ${policiesHeldBy("c", "r")} end as "rowsHeldBy",
           case when c.relrowsecurity then ${showsRows("c", "r")} else true end as "showsRows",
           case when c.relrowsecurity then ${narrowingPolicies("c", "r")} else '[]' end as "narrowedBy",
           coalesce(c.relreplident, ' ') as "identity",
           exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary and i.indisvalid and i.indimmediate) as "hasKey",
           exists (select from pg_index i where i.indrelid = c.oid and i.indisreplident and i.indisvalid and i.indimmediate) as "hasIdentityIndex",
           o.name as "otherIndex", o.columns as "otherColumns",
           array(select a.name from ${LIVE} a where a.generated and a.name <> all (m.excluded) and (${generatedComes}) is not true order by 1) as "generated",
           array(select a.name from ${LIVE} a where a.virtual order by 1) as "virtual",
           exists (select from ${KEY} k join ${LIVE} a on a.attnum = k.attnum where a.generated and (${generatedComes}) is not true) as "generatedInKey",
           coalesce(p.puballtables or l.oid is not null or ${inSchema}, false) as "member", m.relid is not null as "published",
           case when u.parent is not null then jsonb_build_object('schema', un.nspname, 'name', uc.relname) end as "publishedParent",
           ${listed} as "listed", ${filter} as "filter", coalesce(${filtered}, false) as "filtered", ${filterHolder} as "filterHeldBy",
           array(select a.name from ${LIVE} a where ${attrs} is not null and not a.generated and a.name <> all (m.excluded) and a.attnum <> all (${attrs})
                  order by 1) as "unpublishedColumns"
      from mapped m
      left join pg_roles r on r.rolname = $1
      left join pg_namespace n on n.nspname = m.schema
      left join pg_class c on c.oid = m.oid
      left join publication p on true
      left join pg_publication_rel l on l.prpubid = p.oid and l.prrelid = c.oid
      left join lateral ${OTHER_INDEX} o on true
      left join under u on u.leaf = c.oid left join pg_class uc on uc.oid = u.parent left join pg_namespace un on un.oid = uc.relnamespace
     order by m.schema collate "C", m.name collate "C"`,
    [role, publication, ...mapped],
  );
}
