import { childrenBelow, leavesBelow } from "../../pipe/sql/leaves";
import { type Query, queryRows } from "../../postgres/sql/statement";
import type { TableName } from "../../postgres/sql/table";
import type { DesiredPublication } from "./desired";
import { PUBLISHABLE } from "./members";

/** A table that inherits from one of the desired publication. */
export interface Child extends TableName {
  parent: TableName;
  /** 1 for a child, 2 for a grandchild, and so on. */
  distance: number;
  /** Whether the desired publication has it, too. */
  published: boolean;
}

/** Uses the parameters $1 to $3 from `values`. */
const MEMBER = `
    member as (
      select c.oid, c.relkind, c.relhassubclass
        from jsonb_to_recordset($1::jsonb) as w (schema text, name text) join pg_namespace n on n.nspname = w.schema
        join pg_class c on c.relnamespace = n.oid and c.relname = w.name where ${PUBLISHABLE}
      union
      select c.oid, c.relkind, c.relhassubclass from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where ($3::bool or n.nspname = any ($2::text[])) and ${PUBLISHABLE}
    )`;

function values({ tables, schemas, allTables }: DesiredPublication): unknown[] {
  const list = JSON.stringify(tables.map(({ schema, name }) => ({ schema, name })));
  return [list, schemas, allTables];
}

export function readChildren(desired: DesiredPublication): Query<Child[]> {
  return queryRows(
    `
    with recursive ${MEMBER}, ${childrenBelow("select oid from member where relkind = 'r' and relhassubclass")}
    select jsonb_build_object('schema', pn.nspname, 'name', p.relname) as "parent", n.nspname as "schema", c.relname as "name",
           min(b.distance) as "distance", b.relid in (select oid from member) as "published"
      from child b join pg_class p on p.oid = b.parent join pg_namespace pn on pn.oid = p.relnamespace
      join pg_class c on c.oid = b.relid join pg_namespace n on n.oid = c.relnamespace
     group by pn.nspname, p.relname, n.nspname, c.relname, b.relid
     order by pn.nspname, p.relname, n.nspname, c.relname`,
    values(desired),
  );
}

/** The partitioned tables of the desired publication that have partitions of partitions. */
export function readDeepPartitions(desired: DesiredPublication): Query<TableName[]> {
  return queryRows(
    `
    with recursive ${MEMBER}, ${leavesBelow("select oid from member where relkind = 'p'")}
    select distinct n.nspname as "schema", c.relname as "name"
      from leaf l join pg_class c on c.oid = l.root join pg_namespace n on n.oid = c.relnamespace
     where l.distance > 1
     order by 1, 2`,
    values(desired),
  );
}
