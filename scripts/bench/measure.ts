import { Client } from "pg";
import { createStack, type Stack } from "../../test/support/engine/stack";
import { peakMemory } from "./memory";
import { Recording } from "./recording";
import { type Shape, type Stage, startStage } from "./stages";

export const PHASES = ["create", "unchanged", "change", "refresh", "destroy"] as const;
export type Phase = (typeof PHASES)[number];

export interface Figures {
  seconds: number;
  connections: number;
  roundTrips: number;
  bytes: number;
  /** Requests to Neon's API. */
  requests: number;
  memory?: number;
  /** Size of the state afterwards. */
  state: number;
}

export interface Measured {
  shape: Shape;
  tables: number;
  /** Added to each round trip, in milliseconds. */
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

/** What the five phases cost on one server with this many tables, for each delay. */
export async function measure(shape: Shape, tables: number, delays: number[], repeat: number): Promise<Measured[]> {
  const stage = await startStage(shape, tables + 1);
  try {
    // The first runs find cold caches, of the disk and of the server. They aren't counted.
    await life(stage, stage.program, tables);
    const measured: Measured[] = [];
    for (const delay of delays) {
      stage.delay(delay);
      measured.push({
        shape,
        tables,
        delay,
        ...(await sideBySide(stage, tables, delay === 0 ? repeat : 1, delay === 0)),
      });
    }
    return measured;
  } finally {
    await stage.stop();
  }
}

/** In turns, so that other work of the machine affects all of them equally. The best run of each counts. */
async function sideBySide(stage: Stage, tables: number, repeat: number, withFloor: boolean) {
  const empty: Life[] = [];
  const source: Life[] = [];
  const floors: Record<Phase, number>[] = [];
  for (let round = 0; round < repeat; round++) {
    const recorded = withFloor ? { phases: new Map(), oids: new Map() } : undefined;
    empty.push(await life(stage, stage.emptyProgram, tables));
    source.push(await life(stage, stage.program, tables, recorded));
    if (recorded) floors.push(await floor(stage, recorded));
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

/** Create, unchanged, one more table, refresh and destroy, in a new stack. */
async function life(
  stage: Stage,
  program: (tables: number) => string,
  tables: number,
  recorded?: Recorded,
): Promise<Life> {
  const { config, env, wire } = stage;
  const stack = await createStack({ program: program(tables), language: "javascript", config, env });
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
        measured = await figuresOf(stack, stage, run[phase]);
      };
      if (recorded) recorded.phases.set(phase, await Recording.of(wire, work));
      else await work();
      figures[phase] = measured as Figures;
      if (recorded && phase === "create") recorded.oids = await readOids(stage.uri);
    }
    return figures;
  } finally {
    await stack.remove();
  }
}

async function figuresOf(stack: Stack, stage: Stage, run: () => Promise<unknown>): Promise<Figures> {
  stage.wire.reset();
  const before = stage.requests();
  const start = performance.now();
  const { bytes: memory } = await peakMemory(stack.directory, run);
  const seconds = (performance.now() - start) / 1000;
  const { connections, roundTrips, bytesToServer, bytesToClient } = stage.wire.total;
  const requests = stage.requests() - before;
  const bytes = bytesToServer + bytesToClient;
  const state = (await stack.exportText()).length;
  return { seconds, connections, roundTrips, bytes, requests, ...(memory && { memory }), state };
}

/** The OIDs of the two objects that are created again, by kind. */
async function readOids(uri: string): Promise<Map<string, string>> {
  const client = new Client(uri);
  await client.connect();
  const { rows } = await client.query<{ name: string; oid: string }>(`
    select 'role' as name, oid::text from pg_roles where rolname = 'clickpipes_user'
    union all select 'publication', oid::text from pg_publication where pubname = 'clickpipes_publication'`);
  await client.end();
  return new Map(rows.map(({ name, oid }) => [name, oid]));
}

/** Sends the statements of each phase with a plain client over one connection. */
async function floor({ uri }: Stage, recorded: Recorded): Promise<Record<Phase, number>> {
  const seconds = {} as Record<Phase, number>;
  const names = new Map([...recorded.oids].map(([name, oid]) => [oid, name]));
  const known = new Map<string, string>();
  const translate = async (value: string) => {
    const name = names.get(value);
    if (name === undefined) return value;
    if (!known.has(name)) for (const [key, oid] of await readOids(uri)) known.set(key, oid);
    return known.get(name) ?? value;
  };
  for (const phase of PHASES) {
    seconds[phase] = ((await recorded.phases.get(phase)?.replay(uri, translate)) ?? 0) / 1000;
  }
  return seconds;
}
