import { publicationOid } from "./publicationRead";
import { qualified, type Statement, statement } from "./statement";
import { displayTable, type Table, type TableName } from "./table";

export type Hazard =
  | "noIdentity"
  | "deferrableKey"
  | "partitionsToCome"
  | "listUnderFull"
  | "listWithoutKey"
  | "filterBeyondKey"
  | "generatedUnderFull"
  | "generatedInKey";

/** A table whose UPDATE or DELETE would fail in the application once it is published. */
export interface UnsafeTable extends TableName {
  hazard: Hazard;
  /** The columns concerned. */
  columns: string[] | null;
}

/**
 * Expects `member (relid, columns, filter)`, the relations named in a publication with their lists of columns, and
 * `published (changes, generated)`: whether UPDATE or DELETE is published, and stored generated columns.
 * The rule is Postgres' own (CheckCmdReplicaIdentity): FULL, or an index that is valid, immediate, and the primary key or
 * the replica identity. It is asked of the table that a row lives in, so of every partition; those to come inherit a
 * primary key, but neither FULL nor the choice of another index.
 */
function hazards(version: number): string {
  const generated = `exists (select from pg_attribute a where a.attrelid = l.relid and a.attgenerated = 's' and not a.attisdropped)`;
  return `
    leaf as (
      select relid, columns, filter, relid as root from member join pg_class c on c.oid = relid where c.relkind = 'r'
      union
      select t.relid::oid, m.columns, m.filter, m.relid
        from member m join pg_class p on p.oid = m.relid and p.relkind = 'p', pg_partition_tree(m.relid) t
        join pg_class c on c.oid = t.relid and c.relkind = 'r'
    ),
    judged as (
      select l.*, c.relreplident as identity,
             (select array_agg(a.attname::text) from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey::int2[])
               where i.indrelid = l.relid and i.indisvalid and i.indimmediate
                 and case c.relreplident when 'd' then i.indisprimary when 'i' then i.indisreplident else false end) as key,
             exists (select from pg_index i where i.indrelid = l.relid and i.indisprimary and not i.indimmediate) as postponed,
             ${version >= 18 ? generated : "false"} as generated
        from leaf l join pg_class c on c.oid = l.relid
    ),
    hazard as (
      select j.relid,
             case when j.identity <> 'f' and j.key is null
                    then case when j.postponed and j.identity = 'd' then 'deferrableKey' else 'noIdentity' end
                  when j.identity = 'f' and j.columns is not null then 'listUnderFull'
                  when j.identity = 'f' and j.generated and not p.generated then 'generatedUnderFull'
                  when j.identity <> 'f' and j.columns is not null and not j.key <@ j.columns then 'listWithoutKey'
                  when j.identity <> 'f' and j.filter is not null and not j.filter <@ j.key then 'filterBeyondKey'
                  when j.generated and not p.generated and j.columns is null and exists (
                         select from pg_attribute a where a.attrelid = j.relid and a.attgenerated = 's' and a.attname::text = any (j.key))
                    then 'generatedInKey' end as hazard,
             case when j.columns is not null then array(select unnest(j.key) except select unnest(j.columns))
                  when j.filter is not null then array(select unnest(j.filter) except select unnest(j.key)) end as columns
        from judged j, published p where p.changes
      union all
      select m.relid, 'partitionsToCome', null
        from member m join pg_class c on c.oid = m.relid and c.relkind = 'p', published p
       where p.changes and not exists (
         select from pg_index i where i.indrelid = m.relid and i.indisprimary and i.indisvalid and i.indimmediate)
    )
    select distinct n.nspname as "schema", c.relname as "name", h.hazard as "hazard", h.columns as "columns"
      from hazard h join pg_class c on c.oid = h.relid join pg_namespace n on n.oid = c.relnamespace
     where h.hazard is not null
     order by 1, 2`;
}

/** Which classes of relations a publication of a schema or of all tables takes in (`is_publishable_class`). */
const PUBLISHABLE =
  "c.relkind in ('r', 'p') and c.relpersistence = 'p' and c.oid >= 16384 and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')";

export interface PublicationScope {
  allTables: boolean;
  tables: Table[];
  schemas: string[];
  /** Undefined: all four. */
  publish: string[] | undefined;
  generatedColumns: "none" | "stored" | undefined;
}

/** Of a publication as it is wished for, before it is made. Row filters can only be judged afterwards: their columns are the server's to find. */
export function readUnsafeWish(version: number, scope: PublicationScope): Statement {
  const changes = scope.publish === undefined || scope.publish.includes("update") || scope.publish.includes("delete");
  return statement(
    `
    with wanted as (select schema, name, columns from jsonb_to_recordset($1::jsonb) as t (schema text, name text, columns text[])),
    published as (select $4::bool as changes, $5::bool as generated),
    member as (
      select c.oid as relid, w.columns, null::text[] as filter
        from wanted w join pg_namespace n on n.nspname = w.schema join pg_class c on c.relnamespace = n.oid and c.relname = w.name
      union all
      select c.oid, null, null from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where ($3::bool or n.nspname = any ($2::text[])) and ${PUBLISHABLE}
    ), ${hazards(version)}`,
    [wanted(scope.tables), scope.schemas, scope.allTables, changes, scope.generatedColumns === "stored"],
  );
}

/** Of the publication as it stands in the catalogs. */
export function readUnsafe(version: number, oid: number | null, name: string): Statement {
  const columns =
    version >= 15
      ? "(select array_agg(a.attname::text) from pg_attribute a where r.prattrs is not null and a.attrelid = r.prrelid and a.attnum = any (r.prattrs::int2[]))"
      : "null::text[]";
  // A list of columns is recorded in pg_depend like the columns of a filter: beside a list, the filter's text decides.
  const filter =
    version >= 15
      ? `(select array_agg(distinct a.attname::text) from pg_depend d join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
          where r.prqual is not null and d.classid = 'pg_publication_rel'::regclass and d.objid = r.oid and d.refclassid = 'pg_class'::regclass
            and d.refobjid = r.prrelid and (r.prattrs is null or position(quote_ident(a.attname) in pg_get_expr(r.prqual, r.prrelid)) > 0))`
      : "null::text[]";
  const inSchemas =
    version >= 15
      ? "exists (select from pg_publication_namespace s where s.pnpubid = p.oid and s.pnnspid = c.relnamespace)"
      : "false";
  return statement(
    `
    with publication as (select * from pg_publication where oid = (${publicationOid})),
    published as (select p.pubupdate or p.pubdelete as changes, ${version >= 18 ? "p.pubgencols = 's'" : "false"} as generated from publication p),
    member as (
      select r.prrelid as relid, ${columns} as columns, ${filter} as filter
        from publication p join pg_publication_rel r on r.prpubid = p.oid
      union all
      select c.oid, null, null from publication p, pg_class c join pg_namespace n on n.oid = c.relnamespace
       where (p.puballtables or ${inSchemas}) and ${PUBLISHABLE}
    ), ${hazards(version)}`,
    [oid, name],
  );
}

export interface ListedTable extends TableName {
  /** Undefined where there is no such table. */
  kind?: string;
  owned: boolean;
  owner: string | null;
  unknownColumns: string[] | null;
}

/** The listed tables that cannot be published as wished: absent, of the wrong kind, not ours to publish, or without a listed column. */
export function readUnpublishable(tables: Table[], schemas: string[]): Statement {
  return statement(
    `
    with wanted as (select schema, name, columns from jsonb_to_recordset($1::jsonb) as t (schema text, name text, columns text[])),
    found as (
      select w.schema, w.name,
             case when c.oid is null then 'absent'
                  when c.oid < 16384 or n.nspname in ('pg_catalog', 'information_schema') then 'a system table'
                  when c.relkind = 'v' then 'a view' when c.relkind = 'm' then 'a materialized view' when c.relkind = 'f' then 'a foreign table'
                  when c.relkind not in ('r', 'p') then 'no table'
                  when c.relpersistence = 'u' then 'an unlogged table' when c.relpersistence = 't' then 'a temporary table' end as kind,
             coalesce(pg_has_role(c.relowner, 'USAGE'), true) as owned, pg_get_userbyid(c.relowner) as owner,
             array(select k.name from unnest(w.columns) as k (name) where c.oid is not null and not exists (
               select from pg_attribute a where a.attrelid = c.oid and a.attname = k.name and a.attnum > 0 and not a.attisdropped)) as columns
        from wanted w left join pg_namespace n on n.nspname = w.schema left join pg_class c on c.relnamespace = n.oid and c.relname = w.name
    )
    select schema, name, kind, owned, owner, columns as "unknownColumns" from found where kind is not null or not owned or columns <> '{}'
    union all
    select s.name, null, 'absent', true, null, null from unnest($2::text[]) as s (name)
     where not exists (select from pg_namespace n where n.nspname = s.name)
    order by 1, 2`,
    [wanted(tables), schemas],
  );
}

function wanted(tables: Table[]): string {
  return JSON.stringify(tables.map(({ schema, name, columns }) => ({ schema, name, columns })));
}

/** What is wrong with the table, and the statement that mends it. */
export function explainHazard(table: UnsafeTable): { problem: string; fix: string } {
  const name = qualified(table);
  const columns = (table.columns ?? []).join(", ");
  const full = `ALTER TABLE ${name} REPLICA IDENTITY FULL`;
  const key = `ALTER TABLE ${name} ADD PRIMARY KEY (…)`;
  const texts: Record<Hazard, { problem: string; fix: string }> = {
    noIdentity: { problem: "has no primary key and no other replica identity", fix: `${key}, or ${full}` },
    deferrableKey: { problem: "has only a deferrable primary key, which is no replica identity", fix: full },
    partitionsToCome: { problem: "has no primary key, so partitions to come will have no replica identity", fix: key },
    listUnderFull: {
      problem: "has REPLICA IDENTITY FULL, which allows no list of columns",
      fix: `ALTER TABLE ${name} REPLICA IDENTITY DEFAULT, with a primary key; or take \`columns\` out`,
    },
    listWithoutKey: {
      problem: `has a list of columns without ${columns} of its replica identity`,
      fix: `add ${columns} to \`columns\``,
    },
    filterBeyondKey: { problem: `has a row filter on ${columns}, outside its replica identity`, fix: full },
    generatedUnderFull: {
      problem: "has REPLICA IDENTITY FULL and a stored generated column that is not published (Postgres 18)",
      fix: `\`publishGeneratedColumns: "stored"\`, or ALTER TABLE ${name} REPLICA IDENTITY DEFAULT with a primary key`,
    },
    generatedInKey: {
      problem: "has a stored generated column in its replica identity that is not published (Postgres 18)",
      fix: '`publishGeneratedColumns: "stored"`',
    },
  };
  return texts[table.hazard];
}

export function displayUnsafe(table: UnsafeTable): string {
  const { problem, fix } = explainHazard(table);
  return `${displayTable(table)} ${problem} (${fix})`;
}
