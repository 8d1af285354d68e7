import { type Query, queryRows } from "../../postgres/sql/statement";
import type { TableName } from "../../postgres/sql/table";
import { publicationOid, type Which, whichValues } from "./read";

/** A table as the state knows it: by its name, and by its OID if that is recorded. */
export interface TrackedTable extends TableName {
  oid?: number | undefined;
}

/**
 * A listed table whose name no longer stands for the relation that was published. The name and the OID tell two things: what is
 * called so now, and what the published relation is called now.
 */
export interface MissingTable extends TableName {
  /** OID of the relation that was published. Null if it is not recorded and nothing has the name. */
  oid?: number | null;
  /** The current name of the relation with that OID. Null if it was dropped. */
  nowSchema: string | null;
  nowName: string | null;
  /** Whether it was dropped and another table has its name. */
  again: boolean;
  /** Whether the relation with that OID is in the list of the publication. */
  published: boolean;
  /** OID of the relation that has the name now. Null if there is none. */
  named?: number | null;
  /** Whether that one is in the list of the publication. */
  listed?: boolean;
  /** Whether the published relation has become a partition of the one that has its name. */
  attached?: boolean;
}

const isMember = (oid: string): string =>
  `exists (select from pg_publication_rel r where r.prrelid = ${oid} and r.prpubid = (${publicationOid}))`;

/** Tells a dropped table from one that was renamed, moved to another schema, replaced, or removed from the publication. */
export function readMissingTables(tables: TrackedTable[], ...which: Which): Query<MissingTable[]> {
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
    select w.schema, w.name, w.oid, n.nspname as "nowSchema", c.relname as "nowName",
           c.oid is null and w.named is not null as "again", w.published, w.named, w.listed,
           exists (select from pg_inherits i where i.inhrelid = w.oid and i.inhparent = w.named) as "attached"
      from looked w
      left join (pg_class c join pg_namespace n on n.oid = c.relnamespace) on c.oid = w.oid
     where not w.listed or w.named <> w.oid
     order by 1, 2`,
    [...whichValues(which), JSON.stringify(tables)],
  );
}
