import { Client } from "pg";

/** A session of somebody else's, who can hold locks; the test ends it. */
export async function session(uri: string): Promise<Client> {
  const client = new Client(uri);
  // A test may restart the server under it, or have it cut off; the next query says so.
  client.on("error", () => {});
  await client.connect();
  return client;
}

/** Runs statements one after the other in a session of their own, and gives the rows of the last. */
export async function runAt<Row = Record<string, unknown>>(uri: string, ...statements: string[]): Promise<Row[]> {
  const client = await session(uri);
  try {
    let rows: Row[] = [];
    for (const statement of statements) rows = (await client.query(statement)).rows;
    return rows;
  } finally {
    await client.end();
  }
}
