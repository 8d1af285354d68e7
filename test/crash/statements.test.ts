import { Client } from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import type { handler } from "../../provider/dynamic/handler";
import { readFacts } from "../../scripts/demo/snapshot";
import { type Boundary, boundariesOf, breakAt } from "../support/boundaries";
import { DynamicProvider } from "../support/dynamicProvider";
import { figure, LONG } from "../support/long";
import { type PostgresServer, startPostgres } from "../support/postgres/servers";
import { comparable, SourceLife, STEPS, type Step, TABLES } from "../support/sourceLife";
import { startWire, type Wire } from "../support/wire/recording";

/** All boundaries in a long run, else as many as this time allows, from every step. */
const BUDGET_MS = LONG ? Number.POSITIVE_INFINITY : 20_000;

interface Trial extends Boundary {
  step: number;
}

describe("user, grants and publication, interrupted between any two statements", () => {
  let server: PostgresServer;
  let wire: Wire;
  let config: Record<string, string>;
  let sound: DynamicProvider;
  let trials: Trial[];
  /** What an undisturbed life has come to after each step: the database, and the state. */
  const expected: { facts: string[]; outputs: unknown }[] = [];
  let empty: string[];

  const facts = async () => comparable(await readFacts(server.uri()));

  beforeAll(async () => {
    server = await startPostgres({ version: 17, settings: { wal_level: "logical" } });
    const client = new Client(server.uri());
    await client.connect();
    for (const statement of TABLES) await client.query(statement);
    await client.end();
    wire = await startWire(server);
    config = { "clickpipes:connectionUri": wire.uri(server.uri()) };
    sound = await DynamicProvider.start("@pulumi/pulumi", config);
    empty = await facts();
    trials = await undisturbed();
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });
  afterAll(async () => {
    await sound?.stop();
    await wire?.stop();
    await server?.stop();
  });

  /** One life from beginning to end, in new processes as `up`, `up` and `destroy` have them, each boundary noted. */
  async function undisturbed(): Promise<Trial[]> {
    const found: Trial[] = [];
    const life = new SourceLife(config);
    for (const [number, step] of STEPS.entries()) {
      await sound.stop();
      sound = await DynamicProvider.start("@pulumi/pulumi", config);
      life.handleWith(sound);
      for (const boundary of await boundariesOf(wire, () => life.run(step))) found.push({ ...boundary, step: number });
      expected.push({ facts: await facts(), outputs: life.outputs });
    }
    expect(await facts()).toEqual(empty);
    return mixed(found);
  }

  /** Runs what comes before the step, breaks the step off, runs it again, and takes everything away. */
  async function survives(trial: Trial, life: SourceLife, interrupt: (step: Step) => Promise<boolean>): Promise<void> {
    const { step: number, index, point } = trial;
    const step = STEPS[number] as Step;
    const where = `${step.title}, broken ${point === "before server" ? "before" : point} at message ${index}`;
    for (const before of STEPS.slice(0, number)) await life.run(before);
    expect(await interrupt(step), `${where}: came that far`).toBe(true);
    await life.run(step);
    expect(await facts(), `${where}: the database`).toEqual(expected[number]?.facts);
    expect(life.outputs, `${where}: the state`).toEqual(expected[number]?.outputs);
    await provePassword(life);
    await life.destroy();
    expect(await facts(), `${where}: left over`).toEqual(empty);
  }

  /** The password in the state is the one that the role has. */
  async function provePassword(life: SourceLife): Promise<void> {
    const password = life.resource("ClickPipesUser").state?.outputs.password as string | undefined;
    if (password === undefined) return;
    const client = new Client(server.uri({ user: "reader", password }));
    await client.connect();
    await client.end();
  }

  async function each(run: (trial: Trial) => Promise<void>): Promise<number> {
    const deadline = Date.now() + BUDGET_MS;
    let done = 0;
    for (const trial of trials) {
      // Every step at least once, however slow the machine.
      if (done >= STEPS.length && Date.now() > deadline) break;
      await run(trial);
      done++;
    }
    return done;
  }

  test("are resumed after kill -9 of the provider, and nothing is left over", { timeout: 3_600_000 }, async () => {
    let next = DynamicProvider.start("@pulumi/pulumi", config);
    const kills = await each(async (trial) => {
      const victim = await next;
      next = DynamicProvider.start("@pulumi/pulumi", config);
      const life = new SourceLife(config).handleWith(sound);
      await survives(trial, life, async (step) => {
        life.handleWith(victim);
        const work = () => life.run(step).catch(() => {});
        const killed = await breakAt(wire, trial, work, () => victim.kill());
        life.handleWith(sound);
        return killed;
      });
    });
    await (await next).stop();
    figure(`${kills} of ${trials.length} boundaries: provider killed there, and gone on`);
  });

  test("are resumed after a lost connection, and nothing is left over", { timeout: 3_600_000 }, async () => {
    let unnoticed = 0;
    // Warnings of previews that could not look, hundreds of them.
    vi.spyOn(console, "error").mockImplementation(() => {});
    const cuts = await each(async (trial) => {
      const life = new SourceLife(config).handleWith(await newHandler());
      await survives(trial, life, async (step) => {
        life.handleWith(await newHandler());
        const work = () =>
          life.run(step).then(
            () => unnoticed++,
            () => {},
          );
        return breakAt(wire, trial, work);
      });
    });
    figure(`${cuts} of ${trials.length} boundaries: connection cut there; ${unnoticed} times the same run went on`);
  });

  /** As a new process has it: nothing connected, nothing remembered. */
  async function newHandler(): Promise<typeof handler> {
    wire.cutAll();
    vi.resetModules();
    return (await import("../../provider/dynamic/handler.js")).handler;
  }
});

/** In an order that is the same every time, and in which any beginning holds something of every step. */
function mixed(trials: Trial[]): Trial[] {
  const groups = STEPS.map((_step, number) => {
    const own = trials.filter(({ step }) => step === number);
    // A stride that has no factor in common with the length visits all.
    const stride = [7, 11, 13, 17, 19, 23].find((prime) => own.length % prime !== 0) ?? 1;
    return own.map((_trial, at) => own[(at * stride) % own.length] as Trial);
  });
  const longest = Math.max(...groups.map(({ length }) => length));
  return Array.from({ length: longest }, (_unused, at) => groups.flatMap((group) => group[at] ?? [])).flat();
}
