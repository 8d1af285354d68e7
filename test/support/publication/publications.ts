import { escapeIdentifier } from "pg";
import { fresh } from "../freshName";
import { Managed } from "../managed";
import type { TestDatabase } from "../postgres/database";

export function managed(db: TestDatabase, config: Record<string, string> = {}, name = fresh("resource")): Managed {
  return new Managed("Publication", name, { ...db.config, "clickpipes:deleteTimeout": "1", ...config });
}

/** Makes tables as the admin, and gives their names as the argument `tables` takes them. */
export async function makeTables(db: TestDatabase, ...bodies: string[]): Promise<string[]> {
  const names = bodies.map(() => fresh("t"));
  for (const [index, name] of names.entries()) await db.asAdmin(`create table public.${name} ${bodies[index]}`);
  return names.map((name) => `public.${name}`);
}

export const WITH_KEY = "(id int primary key, a int, b text)";

export async function makeSchema(db: TestDatabase, ...tables: string[]): Promise<string> {
  const schema = fresh("s");
  await db.asAdmin(`create schema ${schema}`);
  for (const table of tables) await db.asAdmin(`create table ${schema}.${table} ${WITH_KEY}`);
  return schema;
}

export interface PublicationRow {
  oid: number;
  owner: string;
  all: boolean;
  publish: string;
  viaRoot: boolean;
  comment: string | null;
}

export async function publicationOf(db: TestDatabase, name: string): Promise<PublicationRow | undefined> {
  const [row] = await db.query<PublicationRow>(
    `select oid::int8::int4, pg_get_userbyid(pubowner) as owner, puballtables as "all", pubviaroot as "viaRoot",
            obj_description(oid, 'pg_publication') as comment,
            concat_ws(',', case when pubinsert then 'insert' end, case when pubupdate then 'update' end,
                           case when pubdelete then 'delete' end, case when pubtruncate then 'truncate' end) as publish
       from pg_publication where pubname = $1`,
    [name],
  );
  return row;
}

/** The relations that were listed, as `schema.table`. */
export async function membersOf(db: TestDatabase, name: string): Promise<string[]> {
  const rows = await db.query<{ name: string }>(
    `select n.nspname || '.' || c.relname as name
       from pg_publication p join pg_publication_rel r on r.prpubid = p.oid join pg_class c on c.oid = r.prrelid
       join pg_namespace n on n.oid = c.relnamespace where p.pubname = $1 order by 1`,
    [name],
  );
  return rows.map((row) => row.name);
}

export const quoted = escapeIdentifier;
