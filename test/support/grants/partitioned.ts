import { Client } from "pg";
import { fresh } from "../freshName";
import { Managed } from "../managed";
import type { TestDatabase } from "../postgres/database";
import { rightsOf } from "../postgres/rights";
import { destroyGrants, GRANTEE_PASSWORD } from "./grantee";

/** A role without rights, and a table `events` in schema `app` with leaves of two levels, most of them in schema `parts`. */
export interface Partitioned {
  role: string;
  app: string;
  parts: string;
  grants: Managed;
  /** A schema that only one leaf is in. */
  old: string;
}

export async function newPartitioned(db: TestDatabase): Promise<Partitioned> {
  const [role, app, parts, old] = [fresh("reader"), fresh("app"), fresh("parts"), fresh("old")];
  await db.asAdmin(`create role ${role} login password '${GRANTEE_PASSWORD}'`);
  await db.asAdmin(`create schema ${app}; create schema ${parts}; create schema ${old}`);
  await db.asAdmin(
    `create table ${app}.events (id bigint, at int not null, note text, primary key (id, at)) partition by range (at)`,
  );
  await db.asAdmin(`create table ${app}.events_near partition of ${app}.events for values from (0) to (10)`);
  await db.asAdmin(`create table ${old}.events_old partition of ${app}.events for values from (10) to (20)`);
  await db.asAdmin(
    `create table ${parts}.events_more partition of ${app}.events for values from (20) to (100) partition by range (id)`,
  );
  await db.asAdmin(`create table ${parts}.low partition of ${parts}.events_more for values from (0) to (100)`);
  await db.asAdmin(`create table ${parts}.high partition of ${parts}.events_more for values from (100) to (200)`);
  await db.asAdmin(`create table ${parts}.unrelated (id int); create table ${old}.unrelated (id int)`);
  return { role, app, parts, old, grants: new Managed("ClickPipesGrants", role, db.config) };
}

/** After a test: drops the tables, then the grants, of which nothing is left, and the role. */
export async function dropPartitioned(db: TestDatabase, { role, app, parts, old, grants }: Partitioned): Promise<void> {
  await db.query(`drop schema ${app}, ${parts}, ${old} cascade`);
  await destroyGrants(db, { role, grants });
  await db.query(`drop role ${role}`);
}

/** The rights of the role by their grantor, the admin, in the order of `rightsOf`. */
export function byAdmin(db: TestDatabase, ...rights: string[]): string[] {
  return rights.map((right) => `${right} by ${db.user}`).sort();
}

export async function sortedRights(db: TestDatabase, role: string): Promise<string[]> {
  return (await rightsOf(db, role)).sort();
}

/** What the first load asks of each leaf, as the role itself. */
export async function loadAs(
  db: TestDatabase,
  role: string,
  columns: string,
  tables: string[],
): Promise<Record<string, unknown>[]> {
  const client = new Client(db.uriOf(role, GRANTEE_PASSWORD));
  await client.connect();
  try {
    const rows: Record<string, unknown>[] = [];
    for (const table of tables) {
      const load = `select ${columns} from only ${table} where ctid between '(0,0)' and '(100,0)'`;
      rows.push(...(await client.query(load)).rows);
    }
    return rows;
  } finally {
    await client.end();
  }
}
