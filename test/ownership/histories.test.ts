import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { figure, LONG } from "../support/long";
import { type Played, playHistory, shrinkHistory } from "../support/ownership/play";
import { World } from "../support/ownership/world";
import type { PostgresVersion } from "../support/postgres/servers";
import { useWarnings } from "../support/warnings";

/**
 * SEED=… plays one history again, or COUNT=… from it on, and STEPS=… leaves out all other steps: a failure names them. LONG=1 plays
 * 1,100 others each time, on all versions, as both kinds of admin.
 */
const FIRST = Number(process.env.SEED ?? (LONG ? (Date.now() % 1e6) * 1000 : 200));
const KEEP = process.env.STEPS ? new Set(process.env.STEPS.split(",").map(Number)) : undefined;

interface Server {
  version: PostgresVersion;
  isNeon: boolean;
  count: number;
}

/** Neon's admin cannot create a REPLICATION role before 16. */
const SERVERS: Server[] = LONG
  ? ([14, 15, 16, 17, 18] as const).flatMap((version) => [
      { version, isNeon: false, count: version < 16 ? 250 : 100 },
      ...(version < 16 ? [] : [{ version, isNeon: true, count: 100 }]),
    ])
  : [{ version: 18, isNeon: false, count: 30 }];

describe.each(SERVERS)("on Postgres $version, Neon's admin: $isNeon", ({ version, isNeon, count }) => {
  let world: World;
  const said = useWarnings();

  beforeAll(async () => {
    world = await World.start(version, isNeon);
  });
  afterAll(() => world?.stop());

  /** The shortest history that goes wrong in the same way. */
  async function report(seed: number, problem: string): Promise<string> {
    const keep = KEEP ?? (await shrinkHistory(seed, world, said, problem));
    const { log, problem: shrunk = "it went well the second time" } = await playHistory(seed, world, said, keep);
    return `SEED=${seed} STEPS=${[...keep]}\n${log.join("\n")}\n\n${shrunk}`;
  }

  test("random histories change nothing of others, and leave nothing behind", { timeout: 7_200_000 }, async () => {
    const sum = { histories: 0, steps: 0, runs: 0, operations: 0, kills: 0 };
    const refusals = new Map<string, number>();
    let failed = "";
    const total = process.env.SEED ? Number(process.env.COUNT ?? 1) : count;
    for (let seed = FIRST; seed < FIRST + total && failed === ""; seed++) {
      const played: Played = await playHistory(seed, world, said, KEEP);
      const { ledger } = played;
      sum.histories++;
      sum.steps += played.steps;
      for (const key of ["runs", "operations", "kills"] as const) sum[key] += ledger[key];
      for (const [key, times] of ledger.refusals) refusals.set(key, (refusals.get(key) ?? 0) + times);
      if (played.problem !== undefined) failed = await report(seed, played.problem);
    }
    figure(`from seed ${FIRST}: ${JSON.stringify(sum)}`);
    for (const [key, times] of [...refusals].sort()) figure(`${times} x ${key}`);
    expect(failed).toBe("");
    // Histories in which nothing is refused would prove nothing.
    if (total > 10) expect(refusals.size).toBeGreaterThan(10);
  });
});
