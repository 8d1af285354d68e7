import type { KnownLeaves } from "../../../pipe/leaves";
import type { RoleReference } from "../../../postgres/sql/role";
import { type Query, queryRows } from "../../../postgres/sql/statement";
import { type ScopeInputs, scopeTables, scopeValues, toScope } from "../scope";

/** The leaves that the partitioned tables of a scope bring into it, apart from those in its whole schemas. */
export function readLeaves(version: number, role: RoleReference, inputs: ScopeInputs): Query<KnownLeaves[]> {
  return queryRows(
    `
    with recursive ${scopeTables(version)}
    select l.root::bigint::int4 as "root", s.nspname as "schema", c.relname as "name", m.columns as "columns",
           jsonb_agg(r.oid::bigint order by r.oid) as "leaves", jsonb_agg(distinct r.relnamespace::bigint) as "spaces"
      from leaf l join relation r on r.oid = l.relid and not r.whole join member m on m.oid = l.root
      join pg_class c on c.oid = l.root join pg_namespace s on s.oid = c.relnamespace
     group by 1, 2, 3, 4 order by 2, 3`,
    scopeValues(role, toScope(inputs)),
  );
}
