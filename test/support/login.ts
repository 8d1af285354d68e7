import { Client } from "pg";
import type { TestDatabase } from "./database";

/** Whether the server lets this user in with this password; any other failure is thrown. */
export async function logsIn(db: TestDatabase, user: string, password: unknown, database?: string): Promise<boolean> {
  const client = new Client(db.uriOf(user, String(password), database));
  client.on("error", () => {});
  try {
    await client.connect();
    await client.end();
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === "28P01") return false;
    throw error;
  }
}

/** A session of somebody else, which the test ends. */
export async function openSession(
  db: TestDatabase,
  user: string,
  password: unknown,
  database?: string,
): Promise<Client> {
  const client = new Client(db.uriOf(user, String(password), database));
  client.on("error", () => {});
  await client.connect();
  return client;
}
