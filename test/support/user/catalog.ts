import { type Marked, parseComment } from "../../../provider/postgres/sql/mark";
import type { TestDatabase } from "../postgres/database";

/** What the server holds of a role: its comment, its attributes and its password. Undefined if there is none. */
export interface CatalogRole {
  oid: number;
  comment: string | null;
  canLogin: boolean;
  connectionLimit: number;
  /** The stored form of the password. */
  password: string;
}

export async function readCatalogRole(db: TestDatabase, name: string): Promise<CatalogRole | undefined> {
  const [role] = await db.query<CatalogRole>(
    `select oid::int8::int as oid, shobj_description(oid, 'pg_authid') as comment, rolcanlogin as "canLogin",
            rolconnlimit as "connectionLimit", rolpassword as password from pg_authid where rolname = $1`,
    [name],
  );
  return role;
}

export async function roleExists(db: TestDatabase, name: string): Promise<boolean> {
  return (await readCatalogRole(db, name)) !== undefined;
}

export async function readMarked(db: TestDatabase, name: string): Promise<Marked> {
  return parseComment((await readCatalogRole(db, name))?.comment ?? null);
}

/** As anyone with `psql` does. */
export async function writeComment(db: TestDatabase, name: string, text: string | null): Promise<void> {
  const [row] = await db.query<{ text: string }>(
    "select format('comment on role %I is %L', $1::text, $2::text) as text",
    [name, text],
  );
  await db.query(String(row?.text));
}
