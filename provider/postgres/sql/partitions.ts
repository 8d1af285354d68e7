// Postgres' own functions for this, such as pg_partition_tree, would wait for locks on the tables. These queries walk all tables
// at once: Postgres has no statistics on new tables, and one by one it would scan all partitions for each. Only partitions have a
// partitioned table above them, and only partitions are below one.

/** A part of a `with recursive`: `below (root, relid, distance)`, the partitions at all levels below the partitioned tables in `roots`. */
export function partitionsBelow(roots: string): string {
  return `
    below (root, relid, distance) as (
      select r.oid, i.inhrelid, 1 from (${roots}) r join pg_inherits i on i.inhparent = r.oid
      union all
      select b.root, i.inhrelid, b.distance + 1 from below b join pg_inherits i on i.inhparent = b.relid
    )`;
}

/** The same upwards: `above (leaf, relid, distance)`, the tables that the partitions in `leaves` belong to. */
export function partitionedAbove(leaves: string): string {
  return `
    above (leaf, relid, distance) as (
      select l.oid, i.inhparent, 1 from (${leaves}) l join pg_inherits i on i.inhrelid = l.oid
      union all
      select a.leaf, i.inhparent, a.distance + 1 from above a join pg_inherits i on i.inhrelid = a.relid
    )`;
}
