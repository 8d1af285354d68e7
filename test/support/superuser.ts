import { Client, type QueryResultRow } from "pg";
import type { PostgresServer } from "./postgres";

/** Runs statements as the server's superuser, one after the other on one connection, and returns the last rows. */
export async function asSuperuser<Row extends QueryResultRow = QueryResultRow>(
  server: PostgresServer,
  database: string,
  statements: readonly string[],
): Promise<Row[]> {
  const client = new Client(server.uri({ database }));
  await client.connect();
  try {
    let rows: Row[] = [];
    for (const statement of statements) rows = (await client.query<Row>(statement)).rows;
    return rows;
  } finally {
    await client.end();
  }
}
