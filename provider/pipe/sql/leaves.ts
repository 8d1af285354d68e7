import { partitionsBelow } from "../../postgres/sql/partitions";

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
 * Two parts of a `with recursive`, the last of which is `leaf (root, relid, distance)`: the partitions without partitions of their own,
 * at all levels and in all schemas, below the partitioned tables that `roots` selects as `oid`. ClickPipes' first load reads each by
 * itself.
 */
export function leavesBelow(roots: string): string {
  return `${partitionsBelow(roots)},
    leaf as (
      select b.root, b.relid, b.distance from below b join pg_class c on c.oid = b.relid where c.relkind <> 'p'
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
