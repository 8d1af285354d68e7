import type { Client } from "pg";
import type { TestDatabase } from "./database";
import { session } from "./session";

/** Whether the server lets this user in with this password; any other failure is thrown. */
export async function logsIn(db: TestDatabase, user: string, password: unknown, database?: string): Promise<boolean> {
  try {
    await (await openSession(db, user, password, database)).end();
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === "28P01") return false;
    throw error;
  }
}

/** A session of somebody else's; the test ends it. */
export function openSession(db: TestDatabase, user: string, password: unknown, database?: string): Promise<Client> {
  return session(db.uriOf(user, String(password), database));
}
