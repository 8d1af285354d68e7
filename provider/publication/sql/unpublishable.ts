import { type Query, queryRow, queryRows } from "../../postgres/sql/statement";
import type { Table, TableName } from "../../postgres/sql/table";
import { publicationOid, type Which, whichValues } from "./read";

/** A listed table or schema that cannot be published as desired. */
export interface UnpublishableTable extends Omit<TableName, "name"> {
  /** Null for a schema. */
  name: string | null;
  /** "absent", or what it is if not a table that can be published. */
  kind: string | null;
  /** An absent object's namesake that differs only in capitals: its name, in its schema if it is a table. */
  similar?: string[] | null;
  owned: boolean;
  owner: string | null;
  unknownColumns: string[];
  generatedColumns: string[];
  /** Whether it is partitioned, with a column list or row filter that requires publishViaPartitionRoot. */
  needsRoot: boolean;
}

/** The listed tables that cannot be published: absent, of the wrong kind, not owned by the admin, or not with these columns. */
export function readUnpublishable(
  version: number,
  tables: Table[],
  schemas: string[],
  viaRoot: boolean | undefined,
): Query<UnpublishableTable[]> {
  const forbidden = version >= 18 ? "a.attgenerated = 'v'" : "a.attgenerated <> ''";
  return queryRows(
    `
    with wanted as (
      select schema, name, columns, partial from jsonb_to_recordset($1::jsonb) as t (schema text, name text, columns text[], partial bool)
    ),
    found as (
      select w.schema, w.name,
             case when c.oid is null then 'absent' when c.oid < 16384 then 'a system table'
                  when c.relkind = 'v' then 'a view' when c.relkind = 'm' then 'a materialized view' when c.relkind = 'f' then 'a foreign table'
                  when c.relkind = 'S' then 'a sequence' when c.relkind not in ('r', 'p') then 'not a table'
                  when c.relpersistence = 'u' then 'an unlogged table' when c.relpersistence = 't' then 'a temporary table' end as kind,
             coalesce(pg_has_role(c.relowner, 'USAGE'), true) as owned, pg_get_userbyid(c.relowner) as owner,
             case when w.columns is null then '{}' else array(select k.name from unnest(w.columns) as k (name) where c.oid is not null and not exists (
               select from pg_attribute a where a.attrelid = c.oid and a.attname = k.name and a.attnum > 0 and not a.attisdropped) order by 1) end as unknown,
             case when w.columns is null then '{}' else array(select a.attname::text from pg_attribute a where a.attrelid = c.oid and a.attnum > 0
                and not a.attisdropped and a.attname = any (w.columns) and ${forbidden} order by 1) end as generated,
             coalesce(w.partial and c.relkind = 'p' and not $3::bool, false) as root
        from wanted w left join pg_namespace n on n.nspname = w.schema left join pg_class c on c.relnamespace = n.oid and c.relname = w.name
    ),
    absent as (
      select schema, name from found where kind = 'absent'
      union all select s.name, null from unnest($2::text[]) as s (name) where s.name not in (select nspname::text from pg_namespace)
    ),
    namesake as (
      select a.schema, a.name, array[n.nspname::text, c.relname::text] as names from absent a
        join pg_class c on lower(c.relname::text) = lower(a.name) join pg_namespace n on n.oid = c.relnamespace
       where lower(n.nspname::text) = lower(a.schema) and c.relkind in ('r', 'p')
      union all
      select a.schema, null, array[n.nspname::text] from absent a join pg_namespace n on lower(n.nspname::text) = lower(a.schema) where a.name is null
    )
    select r.*, (select s.names from namesake s where s.schema = r.schema and s.name is not distinct from r.name order by 1 limit 1) as "similar" from (
    select schema, name, kind, owned, owner, unknown as "unknownColumns", generated as "generatedColumns", root as "needsRoot"
      from found where kind is not null or not owned or unknown <> '{}' or generated <> '{}' or root
    union all
    select s.name, null, case when n.oid is null then 'absent' else 'a system schema' end, true, null, '{}', '{}', false
      from unnest($2::text[]) as s (name) left join pg_namespace n on n.nspname = s.name
     where n.oid is null or n.nspname in ('pg_catalog', 'pg_toast') or n.nspname ~ '^pg_(toast_)?temp_'
    ) r order by 1, 2`,
    [
      JSON.stringify(
        tables.map(({ schema, name, columns, where }) => ({
          schema,
          name,
          columns,
          partial: (columns ?? where) !== undefined,
        })),
      ),
      schemas,
      viaRoot ?? null,
    ],
  );
}

/** The role that should own the publication, and whether the admin can make it the owner. */
export interface OwnerFacts {
  name: string;
  exists: boolean;
  /** Whether the admin may SET ROLE to it. */
  maySet: boolean;
  /** Whether the admin has its privileges without SET ROLE. */
  hasRights: boolean;
  superuser: boolean;
  mayCreate: boolean;
}

/** Reads the desired owner, or the current one if none is desired. */
export function readOwner(version: number, owner: string | undefined, ...which: Which): Query<OwnerFacts | undefined> {
  // Since Postgres 16, SET is a separate option of a membership.
  const set = version >= 16 ? "SET" : "MEMBER";
  return queryRow(
    `
    with desired as (select coalesce($3, (select pg_get_userbyid(p.pubowner) from pg_publication p where p.oid = (${publicationOid}))::text) as name)
    select d.name as "name", r.oid is not null as "exists", coalesce(pg_has_role(r.oid, '${set}'), false) as "maySet",
           coalesce(pg_has_role(r.oid, 'USAGE'), false) as "hasRights", coalesce(r.rolsuper, false) as "superuser",
           coalesce(has_database_privilege(r.oid, current_database(), 'CREATE'), false) as "mayCreate"
      from desired d left join pg_roles r on r.rolname = d.name
     where d.name is not null`,
    [...whichValues(which), owner ?? null],
  );
}
