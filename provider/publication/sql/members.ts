import { isOfApplication } from "../../pipe/sql/leaves";
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
 * What subscribers receive of the application's tables (of others only what is listed): partitioned tables under their own name or as their leaves, depending on the publication. These are
 * parts of a `with recursive`, after `publication`. They define `received (relid)`, which may hold a relation twice.
 */
export function receivedTables(version: number): string {
  return `
    member as (
      select r.prrelid as relid from publication p join pg_publication_rel r on r.prpubid = p.oid
      union
      select c.oid from publication p join pg_class c on p.puballtables or ${inSchemas(version)} where ${PUBLISHABLE} and ${isOfApplication("c")}
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
