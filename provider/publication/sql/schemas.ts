import { type Query, queryNothing, queryRows } from "../../postgres/sql/statement";

/** OIDs of schemas, by their names. */
export type SchemaOids = Record<string, number>;

/** What became of a schema that had this name when the state was written. */
export interface FormerSchema {
  was: string;
  oid: number;
  /** Its name now. Null if it was dropped. */
  now: string | null;
  /** OID of the schema that has the former name now. Null if there is none. */
  named: number | null;
}

export function readFormerSchemas(known: SchemaOids | undefined): Query<FormerSchema[]> {
  if (known === undefined || Object.keys(known).length === 0) return queryNothing([]);
  return queryRows(
    `
    select k.key as "was", k.value::oid as "oid", n.nspname::text as "now", f.oid as "named"
      from jsonb_each_text($1::jsonb) k left join pg_namespace n on n.oid = k.value::oid left join pg_namespace f on f.nspname = k.key
     where n.nspname is distinct from k.key
     order by k.key`,
    [JSON.stringify(known)],
  );
}
