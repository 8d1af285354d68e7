import { type Query, queryRows } from "../../postgres/sql/statement";
import type { TableName } from "../../postgres/sql/table";
import { publicationOid, type Which, whichValues } from "./read";

/** Which relations `c` a publication of a schema or of all tables includes (`is_publishable_class`). */
export const PUBLISHABLE = "c.relkind in ('r', 'p') and c.relpersistence = 'p' and c.oid >= 16384";

/** Whether publication `p` includes the schema of relation `c`. */
export function inSchemas(version: number): string {
  if (version < 15) return "false";
  return "exists (select from pg_publication_namespace s where s.pnpubid = p.oid and s.pnnspid = c.relnamespace)";
}

/**
 * What subscribers receive: partitioned tables under their own name or as their leaves, depending on the publication. These are
 * parts of a `with recursive`, after `publication`. They define `received (relid)`, which may hold a relation twice.
 */
export function receivedTables(version: number): string {
  return `
    member as (
      select r.prrelid as relid from publication p join pg_publication_rel r on r.prpubid = p.oid
      union
      select c.oid from publication p join pg_class c on p.puballtables or ${inSchemas(version)} where ${PUBLISHABLE}
    ),
    -- pg_partition_tree and pg_get_publication_tables would wait for locks on the tables.
    tree (relid, kind, below) as (
      select c.oid, c.relkind, false from member m join pg_class c on c.oid = m.relid
      union
      select c.oid, c.relkind, true from tree t join pg_inherits i on i.inhparent = t.relid join pg_class c on c.oid = i.inhrelid
       where t.kind = 'p'
    ),
    received as (
      select t.relid from tree t, publication p
       where case when p.pubviaroot then not t.below and t.relid not in (select relid from tree where below) else t.kind = 'r' end
    )`;
}

export function readPublishedTables(version: number, ...which: Which): Query<TableName[]> {
  return queryRows(
    `
    with recursive publication as (select * from pg_publication where oid = (${publicationOid})), ${receivedTables(version)}
    select distinct n.nspname as "schema", c.relname as "name"
      from received r join pg_class c on c.oid = r.relid join pg_namespace n on n.oid = c.relnamespace
     where ${PUBLISHABLE}
     order by 1, 2`,
    whichValues(which),
  );
}

const isMember = (oid: string): string =>
  `exists (select from pg_publication_rel r where r.prrelid = ${oid} and r.prpubid = (${publicationOid}))`;

/** A listed table whose name the publication no longer holds. */
export interface MissingTable extends TableName {
  /** The current name of the relation with that OID. Null if it was dropped. */
  nowSchema: string | null;
  nowName: string | null;
  /** Whether it was dropped and another table has its name. */
  again: boolean;
  published: boolean;
}

/** Tells a dropped table from one that was renamed, moved to another schema, or removed from the publication. */
export function readMissingTables(
  tables: { schema: string; name: string; oid?: number }[],
  ...which: Which
): Query<MissingTable[]> {
  return queryRows(
    `
    with wanted as (
      select w.schema, w.name, named.oid as named, coalesce(w.oid, named.oid) as oid
        from jsonb_to_recordset($3::jsonb) as w (schema text, name text, oid oid)
        left join (pg_class named join pg_namespace ns on ns.oid = named.relnamespace) on ns.nspname = w.schema and named.relname = w.name
    ),
    -- Each table is looked up by itself: Postgres has no statistics on a new publication, and a join would compare every pair.
    looked as materialized (
      select w.*, ${isMember("w.named")} as listed, ${isMember("w.oid")} as published from wanted w
    )
    select w.schema, w.name, n.nspname as "nowSchema", c.relname as "nowName",
           c.oid is null and w.named is not null as "again", w.published as "published"
      from looked w
      left join (pg_class c join pg_namespace n on n.oid = c.relnamespace) on c.oid = w.oid
     where not w.listed
     order by 1, 2`,
    [...whichValues(which), JSON.stringify(tables)],
  );
}
