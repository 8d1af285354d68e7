import type { RoleReference } from "../../postgres/sql/role";
import { type Answers, type Query, queryRow, queryRows } from "../../postgres/sql/statement";
import type { TableName } from "../../postgres/sql/table";
import { type DefaultRight, readDefaultRights } from "./defaultRights";
import { type Actor, nameOfTable, type Scope, type ScopeInputs, scopeTables, scopeValues, toScope } from "./scope";
import { readTableRights, type TableRight } from "./tableRights";

/** How much of a scope the role can read, and what is missing. */
export interface Coverage {
  database: string;
  databaseRight: DatabaseRight;
  schemas: SchemaRight[];
  /** Only the tables on which a right is missing or that hide rows. */
  tables: TableRight[];
  defaults: DefaultRight[];
}

export interface DatabaseRight {
  /** How many relations the scope holds. */
  total: number;
  /** Whether the role may connect, whichever right lets it. */
  connect: boolean;
  owner: string;
  actor: Actor;
}

export interface SchemaRight {
  name: string;
  /** The partitioned table that brings the schema into the scope by its leaves, if nothing else does. */
  root: TableName | null;
  owner: string;
  granted: boolean;
  effective: boolean;
  actor: Actor;
}

/** The reads for one round trip; `toCoverage` takes their answers. */
export function readCoverage(version: number, role: RoleReference, inputs: ScopeInputs) {
  const scope = toScope(inputs);
  return [
    readDatabaseRight(version, role, scope),
    readSchemas(version, role, scope),
    readTableRights(version, role, scope),
    readDefaultRights(version, role, scope),
  ] as const;
}

/** Undefined if there is no such role. */
export function toCoverage(
  database: string,
  [databaseRight, schemas, tables, defaults]: Answers<ReturnType<typeof readCoverage>>,
): Coverage | undefined {
  return databaseRight && { database, databaseRight, schemas, tables, defaults };
}

/** No row if there is no such role. */
function readDatabaseRight(version: number, role: RoleReference, scope: Scope): Query<DatabaseRight | undefined> {
  return queryRow(
    `
    with recursive ${scopeTables(version)}
    select (select count(*)::int from relation) as "total",
           has_database_privilege(g.oid, b.oid, 'CONNECT') as "connect", o.rolname as "owner",
           case when o.actor <> 'none' then o.actor
                when has_database_privilege(me.oid, b.oid, 'CONNECT WITH GRANT OPTION') then 'self' else 'none' end as "actor"
      from pg_database b join owner o on o.oid = b.datdba, grantee g, me
     where b.datname = current_database()`,
    scopeValues(role, scope),
  );
}

/** The schemas of the scope that exist, including those of the listed tables and of leaves. */
function readSchemas(version: number, role: RoleReference, scope: Scope): Query<SchemaRight[]> {
  return queryRows(
    `
    with recursive ${scopeTables(version)},
    leaf_space as (select relnamespace, min(root) as root from relation where root is not null group by 1)
    select s.nspname as "name", o.rolname as "owner",
           case when not s.whole and s.nspname not in (select schema from wanted) then ${nameOfTable("l.root")} end as "root",
           g.oid = s.nspowner or exists (select from aclexplode(s.nspacl) a
                                          where a.grantee = g.oid and a.privilege_type = 'USAGE') as "granted",
           has_schema_privilege(g.oid, s.oid, 'USAGE') as "effective",
           case when o.actor <> 'none' then o.actor
                when has_schema_privilege(me.oid, s.oid, 'USAGE WITH GRANT OPTION') then 'self' else 'none' end as "actor"
      from space s join owner o on o.oid = s.nspowner left join leaf_space l on l.relnamespace = s.oid, grantee g, me
     where s.whole or s.nspname in (select schema from wanted) or l.root is not null
     order by 1`,
    scopeValues(role, scope),
  );
}
