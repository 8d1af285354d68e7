// Postgres' own functions for this, such as pg_partition_tree, would wait for whoever has one of the tables locked. All at once,
// and not one by one: of new tables Postgres has no statistics, and would go through all partitions for each. Only partitions
// have a partitioned table above them, and only those below them.

/** A part of a `with recursive`: `below (root, relid)`, the partitions of all levels below the partitioned tables of `roots`. */
export function partitionsBelow(roots: string): string {
  return `
    below (root, relid) as (
      select r.oid, i.inhrelid from (${roots}) r join pg_inherits i on i.inhparent = r.oid
      union all
      select b.root, i.inhrelid from below b join pg_inherits i on i.inhparent = b.relid
    )`;
}

/** The same upwards: `above (leaf, relid, distance)`, what the partitions of `leaves` are partitions of. */
export function partitionedAbove(leaves: string): string {
  return `
    above (leaf, relid, distance) as (
      select l.oid, i.inhparent, 1 from (${leaves}) l join pg_inherits i on i.inhrelid = l.oid
      union all
      select a.leaf, i.inhparent, a.distance + 1 from above a join pg_inherits i on i.inhrelid = a.relid
    )`;
}
