import { afterAll, beforeAll, expect, test } from "vitest";
import { random } from "../addresses/random";
import { makeForeign } from "../support/ownership/foreign";
import { PulumiHistory } from "../support/ownership/pulumiHistory";
import { World } from "../support/ownership/world";

const SEEDS = Array.from({ length: 10 }, (_, index) => Number(process.env.SEED ?? 1) + index);

let world: World;
beforeAll(async () => {
  world = await World.start(18, false);
});
afterAll(() => world?.stop());

test.each(SEEDS)("a random history of the real Pulumi leaves the database as it was: seed %i", async (seed) => {
  await makeForeign(random(seed), world);
  const history = await PulumiHistory.start(random(seed + 1), world);
  try {
    const problems = await history.play().catch((error: Error) => [error.message]);
    expect(problems, `seed ${seed}\n${history.log.join("\n")}`).toEqual([]);
  } finally {
    await history.stack.remove();
  }
});
