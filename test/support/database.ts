import { Client } from "pg";
import { startLocalNeon } from "./neon";
import { type PostgresVersion, startPostgres } from "./postgres";

export type Admin = "superuser" | "neon";

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
  const superuser = await connected(place.superuserUri);
  const owner = await connected(place.uri);
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

async function connected(uri: string): Promise<Client> {
  const client = new Client(uri);
  // A test may restart the server under it; the next query says so.
  client.on("error", () => {});
  await client.connect();
  return client;
}
