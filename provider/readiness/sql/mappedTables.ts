import { LOCKED } from "../../postgres/sql/lockHolders";
import { partitionedAbove } from "../../postgres/sql/partitions";
import { PUBLISHABLE, receivedTables } from "../../publication/sql/members";
import type { MappedTable } from "../check";

/**
 * The `with` clause of a query on the tables of the pipe: the `publication` ($2); `mapped`, the tables in $3 to $5 or, if these are
 * null, the published ones; and `under`, the published parent of each table that is a partition.
 */
export function mappedTables(version: number): string {
  return `with recursive publication as (select * from pg_publication where pubname = $2), ${receivedTables(version)},
    published as (
      select distinct t.relid from received t join pg_class c on c.oid = t.relid where ${PUBLISHABLE}
    ), ${LOCKED},
    mapped as (
      -- The planner knows the length of an array. With a guess of 100 rows it would scan all published tables for each.
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
    )`;
}

/** $3 to $5. */
export function mappedValues(tables: MappedTable[] | undefined): (unknown[] | null)[] {
  return [
    tables?.map(({ schema }) => schema),
    tables?.map(({ name }) => name),
    tables?.map(({ excludedColumns }) => excludedColumns && JSON.stringify(excludedColumns)),
  ].map((list) => list ?? null);
}
