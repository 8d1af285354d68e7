import type { Blocker } from "../../postgres/errors";
import { LOCKED, lockerOf } from "../../postgres/sql/lockHolders";
import { partitionsBelow } from "../../postgres/sql/partitions";
import { type Query, queryNothing, queryOneRow, queryRows } from "../../postgres/sql/statement";
import type { TableName } from "../../postgres/sql/table";

export interface PublicationFacts {
  exists: boolean;
  viaRoot: boolean;
  allTables: boolean;
  /** Which of INSERT, UPDATE and DELETE it does not publish. */
  missingOperations: string[];
  /** It publishes whole schemas. Postgres then allows no column lists. */
  ofSchemas: boolean;
}

export function readPublicationFacts(version: number, name: string): Query<PublicationFacts> {
  return queryOneRow(
    `
    select p.oid is not null as "exists", coalesce(p.pubviaroot, false) as "viaRoot", coalesce(p.puballtables, false) as "allTables",
           array_remove(array[case when not p.pubinsert then 'insert' end, case when not p.pubupdate then 'update' end,
                              case when not p.pubdelete then 'delete' end], null) as "missingOperations",
           ${version >= 15 ? "exists (select from pg_publication_namespace s where s.pnpubid = p.oid)" : "false"} as "ofSchemas"
      from (select 1) one left join pg_publication p on p.pubname = $1`,
    [name],
  );
}

/** A table with a column list or a row filter, and its partitions, to which both apply too. */
export interface NarrowedMember extends TableName {
  listed: string[] | null;
  filter: string | null;
  /** It has a filter, even if its text is unknown. */
  filtered: boolean;
  filterHeldBy: Blocker | null;
  partitions: TableName[];
}

export function readNarrowedMembers(version: number, publication: string): Query<NarrowedMember[]> {
  if (version < 15) return queryNothing([]);
  return queryRows(
    `
    with recursive ${LOCKED},
    narrowed as (
      select l.* from pg_publication p join pg_publication_rel l on l.prpubid = p.oid
       where p.pubname = $1 and (l.prattrs is not null or l.prqual is not null)
    ),
    ${partitionsBelow("select c.oid from narrowed l join pg_class c on c.oid = l.prrelid where c.relkind = 'p'")},
    part as (
      select b.root, array_agg(jsonb_build_object('schema', pn.nspname, 'name', pc.relname)) as partitions
        from below b join pg_class pc on pc.oid = b.relid join pg_namespace pn on pn.oid = pc.relnamespace group by 1
    )
    select n.nspname as "schema", c.relname as "name", ${FILTER_UNLESS_HELD} as "filter", l.prqual is not null as "filtered", ${FILTER_HOLDER} as "filterHeldBy",
           case when l.prattrs is not null then array(select attname::text from pg_attribute where attrelid = c.oid and attnum = any (l.prattrs::int2[])
             order by attnum) end as "listed",
           coalesce(part.partitions, '{}') as "partitions"
      from narrowed l join pg_class c on c.oid = l.prrelid join pg_namespace n on n.oid = c.relnamespace
      left join part on part.root = c.oid`,
    [publication],
  );
}

/** The row filter of `l`, a row of pg_publication_rel. Null if there is none, or if another session has the table locked. */
export const FILTER_UNLESS_HELD = `case when l.prqual is not null and ${lockerOf("l.prrelid")} is null
                then pg_get_expr(l.prqual, l.prrelid) end`;

export const FILTER_HOLDER = `case when l.prqual is not null then ${lockerOf("l.prrelid")} end`;
