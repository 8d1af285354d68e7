import type { TestDatabase } from "../postgres/database";

/** The whole comment on a role, with the notes of grants. */
export async function commentOf(db: TestDatabase, role: string): Promise<string | null> {
  const [row] = await db.query<{ text: string | null }>("select shobj_description($1::regrole, 'pg_authid') as text", [
    role,
  ]);
  return row?.text ?? null;
}

export async function setComment(db: TestDatabase, role: string, text: string | null): Promise<void> {
  const [row] = await db.query<{ sql: string }>(
    "select format('comment on role %I is %L', $1::text, $2::text) as sql",
    [role, text],
  );
  await db.query(String(row?.sql));
}
