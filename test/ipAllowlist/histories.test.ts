import { expect, test } from "vitest";
import { random } from "../addresses/random";
import { type HistoryResult, playHistory } from "../support/ipAllowlist/history";
import { newProcess } from "../support/ipAllowlist/process";
import { figure, LONG } from "../support/long";
import { useWarnings } from "../support/warnings";

/**
 * Plays as many of 1,000 as 15 s allow, and 20 on any machine; a long run plays all of them, however long that takes. SEED=…
 * plays one again: a failure names it.
 */
const ALL = 1000;
const LEAST = 20;
const MOST_MS = LONG ? Number.POSITIVE_INFINITY : 15_000;
const FIRST = Number(process.env.SEED ?? (Date.now() % 1e6) * 1000);
const COUNT = process.env.SEED ? 1 : ALL;
const WAITS = { pause: 1, poll: 2, secondLook: 1, failedOperation: 5 };

useWarnings();

test("random histories of edits, faults, kills and operations of two stacks break nothing", {
  timeout: 1_800_000,
}, async () => {
  const sum = { histories: 0, steps: 0, failures: 0, kills: 0, lostInWindow: 0 };
  const processes = [await newProcess(WAITS), await newProcess(WAITS)];
  const end = Date.now() + MOST_MS;
  for (let seed = FIRST; seed < FIRST + COUNT && (sum.histories < LEAST || Date.now() < end); seed++) {
    const result: HistoryResult = await playHistory(random(seed), processes);
    sum.histories++;
    for (const key of ["steps", "failures", "kills", "lostInWindow"] as const) sum[key] += result[key];
    expect(result.violations, `SEED=${seed}\n${result.log.join("\n")}`).toEqual([]);
  }
  figure(`from seed ${FIRST}: ${JSON.stringify(sum)}`);
  // Histories in which nothing goes wrong would prove nothing.
  if (COUNT === 1) return;
  expect(sum.failures).toBeGreaterThan(sum.histories / 2);
  expect(sum.kills).toBeGreaterThan(sum.histories / 4);
});
