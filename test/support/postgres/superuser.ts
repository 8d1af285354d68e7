import type { QueryResultRow } from "pg";
import type { PostgresServer } from "./servers";
import { runAt } from "./session";

/** Runs statements as the server's superuser, one after the other on one connection, and returns the last rows. */
export async function asSuperuser<Row extends QueryResultRow = QueryResultRow>(
  server: PostgresServer,
  database: string,
  statements: readonly string[],
): Promise<Row[]> {
  return runAt(server.uri({ database }), ...statements);
}
