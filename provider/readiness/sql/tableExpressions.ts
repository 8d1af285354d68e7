import { hidesRows, isSubject, narrowingPolicies, policiesHeldBy, showsRows } from "../../postgres/sql/rowSecurity";
import { FILTER_HOLDER, FILTER_UNLESS_HELD } from "./publication";

// What `readTableFacts` selects, by subject. Aliases in its query: `c` the table in `pg_class`, `n` its schema, `m` its mapping,
// `r` the role, `p` the publication, `l` its membership in the publication, `o` the other index, `u` its published parent, `at` and `ix` a
// summary of its columns and of its indexes, which saves most tables the subqueries on them.

/** The columns of the relation with this alias of pg_class. */
export function live(relation: string): string {
  return `(select attnum, attname::text as name, attgenerated <> '' as generated, attgenerated = 'v' as virtual, attgenerated = 's' as stored
                 from pg_attribute where attrelid = ${relation}.oid and attnum > 0 and not attisdropped)`;
}

/** Subqueries on the table `c`. */
const LIVE = live("c");

export const SUMMARIES = `
      left join lateral (select count(*) filter (where attname <> all (m.excluded)) as kept, count(*) > 0 as any, bool_or(attgenerated <> '') as generated
                           from pg_attribute where attrelid = c.oid and attnum > 0 and not attisdropped) at on true
      left join lateral (select coalesce(bool_or(indisprimary and indisvalid and indimmediate), false) as haskey,
                                coalesce(bool_or(indisreplident and indisvalid and indimmediate), false) as hasidentity,
                                coalesce(bool_or(case c.relreplident when 'i' then indisreplident else indisprimary end), false) as ofkey
                           from pg_index where indrelid = c.oid) ix on true`;

/** For a table without a key, or with a generated column in it. */
export const OTHER_INDEX = `(select x.relname::text as name, array(select a.name from ${LIVE} a where a.attnum = any (i.columns) order by 1) as columns
                        from (select *, (indkey::int2[])[0:indnkeyatts - 1] as columns from pg_index where indrelid = c.oid) i
                        join pg_class x on x.oid = i.indexrelid
                       where (not ix.haskey or at.generated) and i.indisunique and i.indisvalid and i.indimmediate and i.indpred is null and i.indexprs is null
                         and not exists (select from pg_attribute a where a.attrelid = c.oid and a.attnum = any (i.columns)
                                            and (not a.attnotnull or a.attgenerated <> '')) order by 1 limit 1)`;

/**
 * The columns by which ClickPipes orders a table, before the excluded ones are taken away: those of the identity index or of the
 * primary key, even if Postgres cannot use it, or else all columns under FULL. Null if there is no key; empty if nothing is excluded.
 */
const CLICKPIPES_KEY = `
  case when c.relreplident <> 'n' and (ix.ofkey or (c.relreplident = 'f' and at.any)) then case when m.excluded = '{}' then '{}' else array(
    select a.name from ${LIVE} a
     where coalesce(a.attnum = any ((select (i.indkey::int2[])[0:i.indnkeyatts - 1] from pg_index i where i.indrelid = c.oid
                                       and case c.relreplident when 'i' then i.indisreplident else i.indisprimary end)::int2[]), true)
     order by a.attnum) end end`;

/** The columns of the effective key. */
const KEY = `(select unnest(indkey::int2[]) as attnum from pg_index
               where indrelid = c.oid and case c.relreplident when 'i' then indisreplident else indisprimary end)`;

export const RIGHTS = `
           coalesce(has_schema_privilege(r.oid, n.oid, 'USAGE'), false) as "usage",
           coalesce(has_table_privilege(r.oid, c.oid, 'SELECT') or (c.oid is not null and r.oid is not null
             and (c.relkind = 'p' or has_column_privilege(r.oid, c.oid, -1::int2, 'SELECT')) and not exists (
             select from ${LIVE} a where a.name <> all (m.excluded) and not has_column_privilege(r.oid, c.oid, a.attnum, 'SELECT'))), false) as "selectable"`;

export const COLUMNS = `
           case when m.excluded <> '{}' then array(select a.name from ${LIVE} a where a.name <> all (m.excluded) order by a.attnum) end as "columns",
           c.oid is not null and at.kept = 0 as "columnless",
           case when c.oid is not null then array(select e from unnest(m.excluded) e where e not in (select a.name from ${LIVE} a)
                  and not (c.relhassubclass and exists (select from pg_inherits h join pg_attribute a on a.attrelid = h.inhrelid where h.inhparent = c.oid and a.attname = e)) order by 1)
                else '{}' end as "unknownColumns"`;

export const ROW_SECURITY = `
           coalesce(${hidesRows("c", "r", "shows")}, false) as "rowSecurity",
           coalesce(c.relrowsecurity, false) as "secured", coalesce(${isSubject("c", "r")}, false) as "subject",
           case when coalesce(${hidesRows("c", "r", "hides")}, false) and not coalesce(${hidesRows("c", "r", "shows")}, false)
                then ${policiesHeldBy("c", "r")} end as "rowsHeldBy",
           case when c.relrowsecurity then ${showsRows("c", "r")} else true end as "showsRows",
           case when c.relrowsecurity then ${narrowingPolicies("c", "r")} else '[]' end as "narrowedBy"`;

export const IDENTITY = `
           coalesce(c.relreplident, ' ') as "identity",
           ix.haskey as "hasKey", ix.hasidentity as "hasIdentityIndex",
           ${CLICKPIPES_KEY} as "key", o.name as "otherIndex", o.columns as "otherColumns"`;

/** The column list of the publication. Null if it has none. */
function listedColumns(version: number): string {
  return version >= 15 ? "l.prattrs::int2[]" : "null::int2[]";
}

export function generatedColumns(version: number): string {
  const attrs = listedColumns(version);
  const storedPublished = version >= 18 ? "p.pubgencols = 's' and a.stored" : "false";
  // Changes include a generated column if the column list has it, or if there is no list and the publication publishes it.
  const generatedComes = `case when ${attrs} is not null then a.attnum = any (${attrs}) else ${storedPublished} end`;
  return `
           case when at.generated then array(select a.name from ${LIVE} a
             where a.generated and a.name <> all (m.excluded) and (${generatedComes}) is not true order by 1) else '{}' end as "generated",
           case when at.generated then array(select a.name from ${LIVE} a where a.virtual order by 1) else '{}' end as "virtual",
           coalesce(at.generated, false) and exists (select from ${KEY} k join ${LIVE} a on a.attnum = k.attnum where a.generated and (${generatedComes}) is not true) as "generatedInKey"`;
}

export function membership(version: number): string {
  const attrs = listedColumns(version);
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
  return `
           coalesce(p.puballtables or l.oid is not null or ${inSchema}, false) as "member", m.relid is not null as "published",
           case when u.parent is not null then jsonb_build_object('schema', un.nspname, 'name', uc.relname) end as "publishedParent",
           ${listed} as "listed", ${filter} as "filter", coalesce(${filtered}, false) as "filtered", ${filterHolder} as "filterHeldBy",
           array(select a.name from ${LIVE} a where ${attrs} is not null and not a.generated and a.name <> all (m.excluded) and a.attnum <> all (${attrs})
                  order by 1) as "unpublishedColumns"`;
}
