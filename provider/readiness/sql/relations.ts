import { childrenBelow, leavesBelow } from "../../pipe/sql/leaves";
import type { Blocker } from "../../postgres/errors";
import { lockerOf } from "../../postgres/sql/lockHolders";
import type { RowSecurity } from "../../postgres/sql/rowSecurity";
import { type Query, queryRows } from "../../postgres/sql/statement";
import type { TableName } from "../../postgres/sql/table";
import type { MappedTable } from "../check";
import { mappedTables, mappedValues } from "./mappedTables";
import { live, ROW_SECURITY } from "./tableExpressions";

/** A relation below a table of the pipe, which the first load reads by itself. */
export interface RelationFacts extends TableName, RowSecurity {
  /** The table of the pipe. */
  of: TableName;
  /** A leaf of a partitioned table, or a child by inheritance. */
  how: "leaf" | "child";
  /** 1 for what is directly below the table, 2 for what is below that, and so on. */
  distance: number;
  kind: string;
  persistent: boolean;
  /** The columns that the first load reads. Null for all. */
  columns: string[] | null;
  /** Columns of a child that its parent lacks and that are not excluded. */
  extraColumns: string[];
  usage: boolean;
  selectable: boolean;
  /** It has no rows. Only known if the role cannot read it. */
  empty: boolean;
  /** Row-level security may hide rows from the role. */
  rowSecurity: boolean;
  /** It has row-level security, and the role is subject to it. */
  secured: boolean;
  subject: boolean;
  /** Who has it locked. */
  heldBy: Blocker | null;
  /** The pipe receives changes to it under its own name. */
  published: boolean;
  /** It is a table of the pipe itself. */
  mapped: boolean;
}

/** Only the names of excluded columns, or columns of the child's own, make a list necessary. */
const EXTRA = `(select coalesce(array_agg(a.name order by a.attnum), '{}') from ${live("c")} a
                 where x.how = 'child' and a.name <> all (m.excluded) and a.name not in (select b.name from ${live("t")} b))`;

const SELECTABLE = `(has_table_privilege(r.oid, c.oid, 'SELECT')
             or (has_column_privilege(r.oid, c.oid, -1::int2, 'SELECT') and not exists (
               select from ${live("t")} a where a.name <> all (m.excluded) and not has_column_privilege(r.oid, c.oid, a.name, 'SELECT'))))`;

export function readRelationFacts(
  version: number,
  role: string,
  publication: string,
  tables: MappedTable[] | undefined,
): Query<RelationFacts[]> {
  return queryRows(
    `
    ${mappedTables(version)},
    ${leavesBelow("select m.oid from mapped m join pg_class c on c.oid = m.oid where c.relkind = 'p'")},
    ${childrenBelow("select m.oid from mapped m join pg_class c on c.oid = m.oid where c.relkind = 'r' and c.relhassubclass")},
    part as (
      select root, relid, distance, 'leaf' as how from leaf
      union all
      select parent, relid, min(distance), 'child' from child group by 1, 2
    )
    select jsonb_build_object('schema', m.schema, 'name', m.name) as "of", x.how as "how", x.distance as "distance",
           n.nspname as "schema", c.relname as "name", c.relkind as "kind", c.relpersistence = 'p' as "persistent",
           case when m.excluded <> '{}' or e.extra <> '{}' then array(select a.name from ${live("t")} a where a.name <> all (m.excluded) order by a.attnum) end as "columns",
           e.extra as "extraColumns", g.usage as "usage", g.selectable as "selectable",
           coalesce(case when not (g.usage and g.selectable) and c.relkind = 'r' and ${lockerOf("c.oid")} is null
                then pg_relation_size(c.oid) = 0 end, false) as "empty",
           ${ROW_SECURITY}, ${lockerOf("c.oid")} as "heldBy", c.oid in (select relid from published) as "published",
           c.oid in (select oid from mapped where oid is not null) as "mapped"
      from part x join mapped m on m.oid = x.root join pg_class t on t.oid = m.oid
      join pg_class c on c.oid = x.relid join pg_namespace n on n.oid = c.relnamespace
      left join pg_roles r on r.rolname = $1
      cross join lateral (select ${EXTRA} as extra offset 0) e
      cross join lateral (select coalesce(has_schema_privilege(r.oid, n.oid, 'USAGE'), false) as usage, coalesce(${SELECTABLE}, false) as selectable offset 0) g
     order by m.schema collate "C", m.name collate "C", n.nspname collate "C", c.relname collate "C"`,
    [role, publication, ...mappedValues(tables)],
  );
}
