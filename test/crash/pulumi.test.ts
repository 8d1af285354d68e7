import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { takeSnapshot } from "../../scripts/demo/snapshot";
import { createStack, type Deployment, type Run, type RunOptions, type Stack } from "../support/engine/stack";
import { figure, LONG } from "../support/long";
import { type LocalNeon, startLocalNeon } from "../support/neon";
import { comparable } from "../support/sourceLife";

const program = (tables: string[], comment: string) => `
import * as clickpipes from "pulumi-neon-clickpipes";
const source = new clickpipes.Provider("app");
new clickpipes.ClickPipesSource("orders", {
  project: process.env.PROJECT, tables: ${JSON.stringify(tables)}, allowRestart: true, user: { comment: "${comment}" },
  clickPipesRegion: { cloud: "aws", region: "us-east-1" },
}, { provider: source });`;
const FIRST = program(["public.orders", "shop.items"], "first");
const SECOND = program(["public.orders", "shop.notes"], "second");

type Verb = "up" | "update" | "destroy";
const VERBS: readonly Verb[] = ["up", "update", "destroy"];
/** Each of them has three kills; one that comes when the run has just ended counts for nothing. */
const LIVES = LONG ? 9 : 1;

/** What a user types after a crash. A killed `up` is also mended by `up` alone; after a killed destroy the state may name what is gone. */
const REFRESHING = { args: ["--refresh"], skipPreview: true };

describe("the whole source on a local Neon, when pulumi and its child processes are killed at a random moment", () => {
  let neon: LocalNeon;
  let stack: Stack;
  let empty: string[];
  let kills = 0;
  const undisturbed: Partial<Record<Verb, { facts: string[]; state: unknown; pieces: number; ms: number }>> = {};

  beforeAll(async () => {
    // On from the beginning: turning it on cannot be undone, so no two rounds would be alike.
    neon = await startLocalNeon({ allowedIps: ["127.0.0.1"], logicalReplication: true });
    const client = new Client(neon.connectionUri);
    await client.connect();
    await client.query("create schema shop");
    for (const table of ["public.orders", "shop.items", "shop.notes"])
      await client.query(`create table ${table} (id int primary key)`);
    await client.end();
    empty = await facts();
    stack = await newStack();
    for (const verb of VERBS) {
      const { pieces, ms } = await measured(() => run(verb, { skipPreview: true }));
      undisturbed[verb] = { facts: await facts(), state: stateOf(await stack.export()), pieces, ms };
    }
    await stack.remove();
    expect(await facts()).toEqual(empty);
  });
  beforeEach(async () => {
    stack = await newStack();
  });
  afterEach(() => stack.remove());
  afterAll(async () => {
    await neon?.stop();
    expect(kills).toBeGreaterThanOrEqual(LONG ? 20 : 1);
  });

  const facts = async () => comparable(await takeSnapshot(neon.superuserUri, neon));

  function newStack(): Promise<Stack> {
    return createStack({
      program: FIRST,
      env: { PROJECT: neon.projectId },
      config: {
        "clickpipes:connectionUri": { secret: neon.connectionUri },
        "clickpipes:neonApiKey": { secret: neon.apiKey },
        "clickpipes:neonApiUrl": neon.apiUrl,
      },
    });
  }

  function run(verb: Verb, options: RunOptions): Promise<Run> {
    if (verb === "destroy") return stack.destroy(options);
    stack.write(verb === "up" ? FIRST : SECOND);
    return stack.up(options);
  }

  /** Calls `listener` with every statement and every request to Neon's API, numbered from 1. */
  async function watched<T>(listener: (piece: number) => void, work: () => Promise<T>): Promise<T> {
    let pieces = 0;
    const requests = neon.requests.push.bind(neon.requests);
    neon.requests.push = (...added) => {
      listener(++pieces);
      return requests(...added);
    };
    neon.wire.onMessage = ({ type }) => {
      if (type === "S" || type === "Q") listener(++pieces);
      return undefined;
    };
    try {
      return await work();
    } finally {
      neon.wire.onMessage = undefined;
      neon.requests.push = requests;
    }
  }

  async function measured(work: () => Promise<unknown>): Promise<{ pieces: number; ms: number }> {
    let pieces = 0;
    const start = Date.now();
    await watched((piece) => {
      pieces = piece;
    }, work);
    return { pieces, ms: Date.now() - start };
  }

  /** Kills the run: every second time while we are at work, else at any moment of it. False where it ended before. */
  async function killed(verb: Verb, round: number): Promise<boolean> {
    const { pieces, ms } = undisturbed[verb] as { pieces: number; ms: number };
    const crash = new AbortController();
    const atPiece = 1 + Math.floor(Math.random() * pieces);
    const lateMs = Math.random() * 20;
    const timer = round % 2 === 1 ? setTimeout(() => crash.abort(), (0.4 + 0.6 * Math.random()) * ms) : undefined;
    const listener = async (piece: number) => {
      if (timer !== undefined || piece !== atPiece) return;
      await sleep(lateMs);
      crash.abort();
    };
    const options = { skipPreview: true, signal: crash.signal, expectFailure: true };
    try {
      await watched(listener, () => run(verb, options));
      return true;
    } catch (error) {
      if (String(error).includes("succeeded and should have failed")) return false;
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** The resources at which the run was killed, as the engine noted them. */
  async function pending(): Promise<string[]> {
    const { pending_operations: operations = [] } = (await stack.export()).deployment;
    return operations.map(({ type, resource }) => `${type} ${resource.urn.split("::").at(-1)}`);
  }

  /** Goes on after the kill as a user would, with `--refresh` every second time, and compares with an undisturbed run. */
  async function mended(verb: Verb, refreshing: boolean, where: string): Promise<void> {
    const goal = verb === "destroy" ? "update" : verb;
    stack.write(goal === "up" ? FIRST : SECOND);
    await stack.up(refreshing ? REFRESHING : { skipPreview: true });
    expect(await facts(), `the database, after ${where}`).toEqual(undisturbed[goal]?.facts);
    expect(stateOf(await stack.export()), `the state, after ${where}`).toEqual(undisturbed[goal]?.state);
    expect((await stack.refresh({ skipPreview: true })).changes).toEqual({ same: 9 });
  }

  test.each(Array.from({ length: LIVES }, (_unused, index) => ({ life: index + 1 })))(
    "life $life: up, update and destroy, each killed, cancelled and run again, have the same result as without a kill",
    { timeout: 300_000 },
    async ({ life }) => {
      const lost: string[] = [];
      for (const [number, verb] of VERBS.entries()) {
        const odd = (life + number) % 2 === 1;
        if (!(await killed(verb, life + number))) continue;
        if (stack.restoreCutOff()) figure(`killed in ${verb} while it wrote the state: gone on from the one before`);
        const at = await pending();
        const where = `${verb}, at ${at.join() || "no resource of ours"}`;
        figure(`killed in ${where}`);
        kills++;
        lost.push(...at);
        await stack.cancel();
        if (verb !== "destroy") await mended(verb, odd, where);
        else if (odd) await mended(verb, true, where);
      }
      await stack.destroy({ skipPreview: true });
      expect(await facts(), `left over, after ${lost.join()}`).toEqual(empty);
      neon.project.settings.allowed_ips = { ips: ["127.0.0.1"], protected_branches_only: false };
    },
  );
});

const SECRET = "4dabf18193072939515e22adb298388d";
const BY_CHANCE = /^(token|edition|oid|roleOid)$/;

/** Inputs and outputs of all resources in the state, without what every run makes anew. */
function stateOf({ deployment: { resources = [] } }: Deployment): unknown {
  const kept = resources.map(({ urn, inputs, outputs }) => ({ urn, inputs, outputs }));
  kept.sort((a, b) => (a.urn < b.urn ? -1 : 1));
  return JSON.parse(
    JSON.stringify(kept, (key, value) => {
      if (value && typeof value === "object" && SECRET in value) return "secret";
      return BY_CHANCE.test(key) ? undefined : value;
    }),
  );
}
