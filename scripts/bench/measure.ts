import { Client } from "pg";
import { createStack, type Stack } from "../../test/support/engine";
import { type PostgresServer, startPostgres } from "../../test/support/postgres";
import { startWire, type Wire } from "../../test/support/wire";
import { peakMemory } from "./memory";
import { emptyProgram, sourceProgram } from "./programs";
import { Recording } from "./recording";

export const PHASES = ["create", "unchanged", "change", "refresh", "destroy"] as const;
export type Phase = (typeof PHASES)[number];

export interface Figures {
  seconds: number;
  connections: number;
  roundTrips: number;
  bytes: number;
  memory?: number;
  /** Size of the state afterwards. */
  state: number;
}

export interface Measured {
  tables: number;
  /** Of a round trip, in milliseconds. */
  delay: number;
  source: Record<Phase, Figures>;
  empty: Record<Phase, Figures>;
  /** The same statements by a plain client, without delay. */
  floorSeconds?: Record<Phase, number>;
}

type Life = Record<Phase, Figures>;

interface Recorded {
  phases: Map<Phase, Recording>;
  oids: Map<string, string>;
}

/** One server with so many tables, and what the five phases cost there with each delay. */
export async function measure(tables: number, delays: number[], repeat: number): Promise<Measured[]> {
  const server = await startPostgres({
    version: 17,
    // CREATE PUBLICATION and GRANT lock every table they name.
    settings: { wal_level: "logical", max_locks_per_transaction: "1024", autovacuum: "off" },
  });
  const wire = await startWire(server);
  try {
    await makeTables(server, tables + 1);
    // The first runs of all find cold caches, of disk and of the server, and are not counted.
    await life(server, wire, sourceProgram, tables);
    const measured: Measured[] = [];
    for (const delay of delays) {
      wire.delayMs = delay / 2;
      measured.push({ tables, delay, ...(await sideBySide(server, wire, tables, delay === 0 ? repeat : 1)) });
    }
    return measured;
  } finally {
    await wire.stop();
    await server.stop();
  }
}

/** By turns, so that what else the machine does strikes all alike; the best of each counts. */
async function sideBySide(server: PostgresServer, wire: Wire, tables: number, repeat: number) {
  const empty: Life[] = [];
  const source: Life[] = [];
  const floors: Record<Phase, number>[] = [];
  for (let round = 0; round < repeat; round++) {
    const recorded = wire.delayMs === 0 ? { phases: new Map(), oids: new Map() } : undefined;
    empty.push(await life(server, wire, emptyProgram, tables));
    source.push(await life(server, wire, sourceProgram, tables, recorded));
    if (recorded) floors.push(await floor(server, recorded));
  }
  const floorSeconds = best(floors, (seconds) => seconds);
  const seconds = (figures: Figures) => figures.seconds;
  return { empty: best(empty, seconds), source: best(source, seconds), ...(floors.length > 0 && { floorSeconds }) };
}

function best<T>(rounds: Record<Phase, T>[], cost: (value: T) => number): Record<Phase, T> {
  const least = (phase: Phase) => rounds.map((round) => round[phase]).reduce((a, b) => (cost(b) < cost(a) ? b : a));
  return Object.fromEntries(PHASES.map((phase) => [phase, rounds.length > 0 ? least(phase) : undefined])) as Record<
    Phase,
    T
  >;
}

async function makeTables(server: PostgresServer, count: number): Promise<void> {
  const client = new Client(server.uri());
  await client.connect();
  await client.query("create schema bench");
  for (let from = 0; from < count; from += 500) {
    const to = Math.min(from + 500, count) - 1;
    await client.query(`do $$ begin for i in ${from}..${to} loop
      execute format('create table bench.t%s (id int primary key, note text)', i); end loop; end $$`);
  }
  await client.query("vacuum analyze");
  await client.end();
}

/** Create, unchanged, one table more, refresh, destroy, in a stack of its own. */
async function life(
  server: PostgresServer,
  wire: Wire,
  program: (tables: number) => string,
  tables: number,
  recorded?: Recorded,
): Promise<Life> {
  const stack = await createStack({
    program: program(tables),
    language: "javascript",
    config: { "clickpipes:connectionUri": { secret: wire.uri(server.uri()) } },
  });
  const run: Record<Phase, () => Promise<unknown>> = {
    create: () => stack.up({ skipPreview: true }),
    unchanged: () => stack.up({ skipPreview: true }),
    change: () => stack.up({ skipPreview: true }),
    refresh: () => stack.refresh({ skipPreview: true }),
    destroy: () => stack.destroy({ skipPreview: true }),
  };
  try {
    const figures = {} as Life;
    for (const phase of PHASES) {
      if (phase === "change") stack.write(program(tables + 1));
      let measured: Figures | undefined;
      const work = async () => {
        measured = await figuresOf(stack, wire, run[phase]);
      };
      if (recorded) recorded.phases.set(phase, await Recording.of(wire, work));
      else await work();
      figures[phase] = measured as Figures;
      if (recorded && phase === "create") recorded.oids = await readOids(server);
    }
    return figures;
  } finally {
    await stack.remove();
  }
}

async function figuresOf(stack: Stack, wire: Wire, run: () => Promise<unknown>): Promise<Figures> {
  wire.reset();
  const start = performance.now();
  const { bytes: memory } = await peakMemory(stack.directory, run);
  const seconds = (performance.now() - start) / 1000;
  const { connections, roundTrips, bytesToServer, bytesToClient } = wire.total;
  const state = (await stack.exportText()).length;
  return { seconds, connections, roundTrips, bytes: bytesToServer + bytesToClient, ...(memory && { memory }), state };
}

/** OIDs by what they are of, for the two objects that are made again. */
async function readOids(server: PostgresServer): Promise<Map<string, string>> {
  const client = new Client(server.uri());
  await client.connect();
  const { rows } = await client.query<{ name: string; oid: string }>(`
    select 'role' as name, oid::text from pg_roles where rolname = 'clickpipes_user'
    union all select 'publication', oid::text from pg_publication where pubname = 'clickpipes_publication'`);
  await client.end();
  return new Map(rows.map(({ name, oid }) => [name, oid]));
}

/** The statements of each phase, by a plain client over one connection. */
async function floor(server: PostgresServer, recorded: Recorded): Promise<Record<Phase, number>> {
  const seconds = {} as Record<Phase, number>;
  const names = new Map([...recorded.oids].map(([name, oid]) => [oid, name]));
  const known = new Map<string, string>();
  const translate = async (value: string) => {
    const name = names.get(value);
    if (name === undefined) return value;
    if (!known.has(name)) for (const [key, oid] of await readOids(server)) known.set(key, oid);
    return known.get(name) ?? value;
  };
  for (const phase of PHASES) {
    seconds[phase] = ((await recorded.phases.get(phase)?.replay(server.uri(), translate)) ?? 0) / 1000;
  }
  return seconds;
}
