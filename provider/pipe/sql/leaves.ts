// Postgres' own functions for partitions, such as pg_partition_tree, would wait for locks on the tables. These queries walk all
// tables at once: Postgres has no statistics on new tables, and one by one it would scan all partitions for each.

/** The roles whose objects belong to Neon. None if the session is Neon's own. */
export const NEONS_ROLES = "select oid from pg_roles where rolname = 'cloud_admin' and rolname <> current_user";

/**
 * Whether the relation under this alias of pg_class is one of the application's tables, views and so on. Grants, publication and
 * readiness share this definition. It excludes members of extensions (`pg_depend` with deptype 'e'), the system's schemas, and
 * what Neon's `cloud_admin` owns.
 */
export function isOfApplication(relation: string): string {
  return `(${relation}.relowner not in (${NEONS_ROLES})
         and ${relation}.relnamespace not in (select oid from pg_namespace where nspname ~ '^pg_' or nspname = 'information_schema')
         and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = ${relation}.oid
                            and d.deptype = 'e'))`;
}

/**
 * Two parts of a `with recursive`: `leaf (root, relid, distance)`, the partitions without partitions of their own, at all levels
 * and in all schemas, below the partitioned tables that `roots` selects as `oid`. ClickPipes' first load reads each by itself.
 */
export function leavesBelow(roots: string): string {
  return `
    part (root, relid, distance) as (
      select r.oid, i.inhrelid, 1 from (${roots}) r join pg_inherits i on i.inhparent = r.oid
      union all
      select p.root, i.inhrelid, p.distance + 1 from part p join pg_inherits i on i.inhparent = p.relid
    ),
    leaf as (
      select p.root, p.relid, p.distance from part p join pg_class c on c.oid = p.relid where c.relkind <> 'p'
    )`;
}

/**
 * A part of a `with recursive`: `child (parent, relid, distance)`, the tables that inherit from those that `parents` selects as
 * `oid`, at all levels. `parents` must not select partitioned tables: what is below those are partitions.
 */
export function childrenBelow(parents: string): string {
  return `
    child (parent, relid, distance) as (
      select p.oid, i.inhrelid, 1 from (${parents}) p join pg_inherits i on i.inhparent = p.oid
      union
      select c.parent, i.inhrelid, c.distance + 1 from child c join pg_inherits i on i.inhparent = c.relid
    )`;
}
