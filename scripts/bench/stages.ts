import { Client } from "pg";
import { startLocalNeon } from "../../test/support/neon";
import { startPostgres } from "../../test/support/postgres/servers";
import { startWire, type Wire } from "../../test/support/wire/recording";
import { emptyParts, emptySource, parts, source } from "./programs";

export const SHAPES = ["parts", "source"] as const;
export type Shape = (typeof SHAPES)[number];

/** A server with tables, a wire in front of it that counts and delays, and the programs to run on it. */
export interface Stage {
  wire: Wire;
  /** Of the database, without the wire if nothing else is in between. */
  uri: string;
  config: Record<string, string | { secret: string }>;
  env: Record<string, string>;
  program(tables: number): string;
  emptyProgram(tables: number): string;
  /** Requests to Neon's API so far. */
  requests(): number;
  /** Milliseconds added to each round trip. */
  delay(ms: number): void;
  stop(): Promise<void>;
}

const SETTINGS = {
  // CREATE PUBLICATION and GRANT lock every table they name.
  max_locks_per_transaction: "1024",
  autovacuum: "off",
};

/** `parts`: user, grants and publication on a plain Postgres. `source`: everything that ClickPipesSource creates, on a local Neon. */
export function startStage(shape: Shape, tables: number): Promise<Stage> {
  return shape === "parts" ? startParts(tables) : startSource(tables);
}

async function startParts(tables: number): Promise<Stage> {
  const server = await startPostgres({ version: 17, settings: { wal_level: "logical", ...SETTINGS } });
  await makeTables(server.uri(), server.uri(), tables);
  const wire = await startWire(server);
  return {
    ...{ wire, uri: server.uri(), env: {}, program: parts, emptyProgram: emptyParts },
    config: { "clickpipes:connectionUri": { secret: wire.uri(server.uri()) } },
    requests: () => 0,
    delay: (ms) => {
      wire.delayMs = ms / 2;
    },
    async stop() {
      await wire.stop();
      await server.stop();
    },
  };
}

async function startSource(tables: number): Promise<Stage> {
  const neon = await startLocalNeon({
    logicalReplication: true,
    allowedIps: ["127.0.0.1"],
    postgresSettings: SETTINGS,
  });
  await makeTables(neon.connectionUri, neon.superuserUri, tables);
  return {
    ...{ wire: neon.wire, uri: neon.connectionUri, env: { PROJECT: neon.projectId } },
    ...{ program: source, emptyProgram: emptySource },
    config: {
      "clickpipes:connectionUri": { secret: neon.connectionUri },
      "clickpipes:neonApiKey": { secret: neon.apiKey },
      "clickpipes:neonApiUrl": neon.apiUrl,
    },
    requests: () => neon.requests.length,
    delay: (ms) => {
      neon.wire.delayMs = ms / 2;
      neon.faults.clear();
      if (ms > 0) neon.faults.add({ delayMs: ms, times: Number.POSITIVE_INFINITY });
    },
    stop: () => neon.stop(),
  };
}

async function makeTables(uri: string, superuserUri: string, count: number): Promise<void> {
  const client = new Client(uri);
  await client.connect();
  await client.query("create schema bench");
  for (let from = 0; from < count; from += 500) {
    const to = Math.min(from + 500, count) - 1;
    await client.query(`do $$ begin for i in ${from}..${to} loop
      execute format('create table bench.t%s (id int primary key, note text)', i); end loop; end $$`);
  }
  await client.end();
  const superuser = new Client(superuserUri);
  await superuser.connect();
  await superuser.query("vacuum analyze");
  await superuser.end();
}
