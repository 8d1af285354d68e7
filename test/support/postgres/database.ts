import { afterAll, beforeAll } from "vitest";
import { startLocalNeon } from "../neon";
import { POSTGRES_VERSIONS, type PostgresVersion, startPostgres } from "./servers";
import { session } from "./session";

export type Admin = "superuser" | "neon";

/** What a `describe.each` goes through. */
export interface Place {
  version: PostgresVersion;
  admin: Admin;
}

export const EVERY_PLACE: Place[] = POSTGRES_VERSIONS.flatMap((version): Place[] => [
  { version, admin: "superuser" },
  { version, admin: "neon" },
]);

/** A database on a server of its own, with logical replication on, as an admin of either kind finds it. */
export interface TestDatabase {
  version: PostgresVersion;
  /** What the provider is configured with. */
  config: Record<string, string>;
  uri: string;
  /** Name of the admin's role, and of its database. */
  user: string;
  database: string;
  /** The same server, as the superuser, or as anybody else. */
  uriOf(user: string, password: string, database?: string): string;
  /** Runs a statement as the superuser, past all rules, and gives its rows. */
  query<T = Record<string, unknown>>(text: string, values?: unknown[]): Promise<T[]>;
  /** Runs a statement as the admin. */
  asAdmin<T = Record<string, unknown>>(text: string, values?: unknown[]): Promise<T[]>;
  log(): Promise<string>;
  stop(): Promise<void>;
}

export async function startDatabase(
  version: PostgresVersion,
  admin: Admin = "superuser",
  settings: Record<string, string> = {},
): Promise<TestDatabase> {
  const place = admin === "neon" ? await neonPlace(version, settings) : await vanillaPlace(version, settings);
  const superuser = await session(place.superuserUri);
  const owner = await session(place.uri);
  const { pathname, username } = new URL(place.uri);
  return {
    version,
    config: { "clickpipes:connectionUri": place.uri },
    uri: place.uri,
    user: decodeURIComponent(username),
    database: decodeURIComponent(pathname.slice(1)),
    uriOf: (user, password, database) => {
      const uri = Object.assign(new URL(place.uri), {
        username: encodeURIComponent(user),
        password: encodeURIComponent(password),
      });
      if (database !== undefined) uri.pathname = `/${encodeURIComponent(database)}`;
      return uri.toString();
    },
    query: async <T>(text: string, values?: unknown[]) => (await superuser.query(text, values)).rows as T[],
    asAdmin: async <T>(text: string, values?: unknown[]) => (await owner.query(text, values)).rows as T[],
    log: place.log,
    stop: async () => {
      await Promise.all([superuser.end(), owner.end()]);
      await place.stop();
    },
  };
}

/** One for all tests of a `describe`, or of a file, whose hooks and tests find it started. */
export function useDatabase(...place: Parameters<typeof startDatabase>): TestDatabase {
  const db = {} as TestDatabase;
  let started: TestDatabase | undefined;
  beforeAll(async () => {
    started = await startDatabase(...place);
    Object.assign(db, started);
  });
  afterAll(() => started?.stop());
  return db;
}

async function vanillaPlace(version: PostgresVersion, settings: Record<string, string>) {
  const server = await startPostgres({ version, settings: { wal_level: "logical", ...settings } });
  return { uri: server.uri(), superuserUri: server.uri(), log: () => server.log(), stop: () => server.stop() };
}

async function neonPlace(version: PostgresVersion, settings: Record<string, string>) {
  const neon = await startLocalNeon({ version, logicalReplication: true, postgresSettings: settings });
  return {
    uri: neon.connectionUri,
    superuserUri: neon.superuserUri,
    log: () => neon.server.log(),
    stop: () => neon.stop(),
  };
}
