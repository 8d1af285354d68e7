import { type Random, random } from "../../addresses/random";
import { finish } from "./finish";
import { makeForeign } from "./foreign";
import { History } from "./history";
import type { Ledger } from "./ledger";
import { STEPS, settle } from "./steps";
import type { World } from "./world";

export interface Played {
  problem: string | undefined;
  log: string[];
  steps: number;
  ledger: Ledger;
}

/** Some end earlier. */
const MOST_STEPS = 12;

/** The first name is in two backends at most: such stacks cannot tell each other apart. */
const CASTS: readonly (readonly string[])[] = [["dev"], ["dev", "prod"], ["dev", "dev"], ["dev", "prod", "dev"]];

/**
 * Plays one random history, and says what was wrong with it. `keep`: the steps to play, all if undefined. Each step has random
 * numbers of its own, so that leaving one out does not change the others.
 */
export async function playHistory(
  seed: number,
  world: World,
  said: string[],
  keep?: ReadonlySet<number>,
): Promise<Played> {
  const draw = random(seed);
  said.length = 0;
  await makeForeign(draw, world);
  const history = new History(random(seed + 1), world, said);
  for (const [index, stack] of draw.pick(CASTS).entries()) history.addActor(`${stack}${index}`, stack);
  const atFirst = await world.catalog();
  const count = MOST_STEPS - draw.below(5);
  let steps = 0;
  try {
    for (let index = 0; index < count; index++) {
      if (keep && !keep.has(index)) continue;
      steps++;
      await playStep(history, random(seed * 31 + index + 7), index);
    }
    await settleAll(history, draw);
    await finish(history, atFirst);
  } catch (error) {
    const problem =
      error instanceof Error ? `${error.message}\n${error.name === "Error" ? "" : (error.stack ?? "")}` : String(error);
    return { problem, log: history.log, steps, ledger: history.ledger };
  }
  return { problem: undefined, log: history.log, steps, ledger: history.ledger };
}

async function playStep(history: History, draw: Random, index: number): Promise<void> {
  const actor = draw.pick(history.actors);
  const step = index === 0 ? STEPS[0] : draw.pick(STEPS);
  history.log.push(`${index}: ${step?.name} of ${actor.label}. ${history.describeStates()}`);
  await step?.(history, draw, actor);
}

async function settleAll(history: History, draw: Random): Promise<void> {
  for (const actor of history.actors) {
    if (!draw.chance(0.5)) continue;
    history.log.push(`${actor.label} settles`);
    await history.act(actor, "up");
    await settle(history, actor);
  }
}

/** The steps without which the history goes wrong no longer, or in another way. */
export async function shrinkHistory(seed: number, world: World, said: string[], problem: string): Promise<Set<number>> {
  const keep = new Set(Array.from({ length: MOST_STEPS }, (_, index) => index));
  for (const index of [...keep].reverse()) {
    keep.delete(index);
    const again = await playHistory(seed, world, said, keep);
    if (again.problem === undefined || kindOf(again.problem) !== kindOf(problem)) keep.add(index);
  }
  return keep;
}

function kindOf(problem: string): string {
  return problem.slice(0, 80).replace(/\w+_\w+|dev\d|prod\d|\d+|acme\S+|orders|billing/g, "");
}
