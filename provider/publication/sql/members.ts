import { type Query, queryRows } from "../../postgres/sql/statement";
import type { TableName } from "../../postgres/sql/table";
import { publicationOid, type Which, whichValues } from "./read";

/** Which relations `c` a publication of a schema or of all tables takes in (`is_publishable_class`). */
export const PUBLISHABLE = "c.relkind in ('r', 'p') and c.relpersistence = 'p' and c.oid >= 16384";

/** Whether publication `p` has the schema of relation `c`. */
export function inSchemas(version: number): string {
  if (version < 15) return "false";
  return "exists (select from pg_publication_namespace s where s.pnpubid = p.oid and s.pnnspid = c.relnamespace)";
}

/**
 * What subscribers get: partitioned tables by their own name or by their leaves, as the publication says. Parts of a `with
 * recursive` after `publication`; gives `received (relid)`, which may hold one twice.
 */
export function receivedTables(version: number): string {
  return `
    member as (
      select r.prrelid as relid from publication p join pg_publication_rel r on r.prpubid = p.oid
      union
      select c.oid from publication p join pg_class c on p.puballtables or ${inSchemas(version)} where ${PUBLISHABLE}
    ),
    -- pg_partition_tree and pg_get_publication_tables would wait for whoever has one of the tables locked.
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

/** A table that was listed, and the publication no longer holds one of that name. */
export interface MissingTable extends TableName {
  /** Where the relation of that OID is now; null where it was dropped. */
  nowSchema: string | null;
  nowName: string | null;
  /** It was dropped, and another one of its name is there. */
  again: boolean;
  published: boolean;
}

/** Tells a table that was dropped from one that was renamed, moved to another schema, or only taken out. */
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
    -- Looked up one by one: of a new publication Postgres has no statistics, and a join would compare each with each.
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
