import { childrenBelow } from "../../../pipe/sql/leaves";
import type { RoleReference } from "../../../postgres/sql/role";
import { type Query, queryRows } from "../../../postgres/sql/statement";
import type { TableName } from "../../../postgres/sql/table";
import { nameOfTable, type ScopeInputs, scopeTables, scopeValues, toScope } from "../scope";

/** A table that inherits from one in the scope, and that the role cannot read. */
export interface Child extends TableName {
  parent: TableName;
}

/** The children by inheritance, of all levels, that the scope does not have and the role cannot read. The role may not exist yet. */
export function readChildren(version: number, role: RoleReference, inputs: ScopeInputs): Query<Child[]> {
  return queryRows(
    `
    with recursive ${scopeTables(version)},
    ${childrenBelow("select r.oid from relation r where r.relkind in ('r', 'f') and not r.relispartition")},
    orphan as (
      select c.relid, (array_agg(c.parent order by c.distance, c.parent))[1] as parent
        from child c where c.relid not in (select oid from relation) group by 1
    )
    select n.nspname as "schema", t.relname as "name", ${nameOfTable("o.parent")} as "parent"
      from orphan o join pg_class t on t.oid = o.relid join pg_namespace n on n.oid = t.relnamespace
     where not exists (select from grantee g where has_table_privilege(g.oid, t.oid, 'SELECT'))
     order by o.parent, 1, 2`,
    scopeValues(role, toScope(inputs)),
  );
}
