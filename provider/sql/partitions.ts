// Postgres' own functions for this, such as pg_partition_tree, would wait for whoever has one of the tables locked.

/** The partitions of all levels below the relation, as rows `(relid)`. */
export function partitionsBelow(oid: string): string {
  return `(
    with recursive below (relid) as (
      select i.inhrelid from pg_inherits i join pg_class leaf on leaf.oid = i.inhrelid where i.inhparent = ${oid} and leaf.relispartition
      union all
      select i.inhrelid from below b join pg_inherits i on i.inhparent = b.relid join pg_class leaf on leaf.oid = i.inhrelid where leaf.relispartition)
    select relid from below)`;
}

/** What the relation is a partition of, from the nearest to the root, as rows `(relid)`. */
export function partitionAncestors(oid: string): string {
  return `(
    with recursive above (relid) as (
      select i.inhparent from pg_inherits i join pg_class leaf on leaf.oid = i.inhrelid where i.inhrelid = ${oid} and leaf.relispartition
      union all
      select i.inhparent from above a join pg_inherits i on i.inhrelid = a.relid join pg_class leaf on leaf.oid = i.inhrelid where leaf.relispartition)
    select relid from above)`;
}
