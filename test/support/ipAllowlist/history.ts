import type { Random } from "../../addresses/random";
import { allows } from "../neon/ipAllow";
import { failure, markFailed, type ProviderProcess } from "./process";
import { HERE, NOTHING, POOL } from "./stack";
import { type Actor, destroy, refresh, replicate, type Step, up } from "./steps";
import { World } from "./world";

/** Every error with which a run may fail. Each says what to do, or that the run can be repeated. */
const CLEAR =
  /^(Neon API: |Neon refused |removing these addresses would leave |the IP Allow list of project \S+ was emptied|another user keeps changing the IP Allow list |with the IP Allow list .* closed, this machine could no longer connect|operation \S+ .* (ended in|is still)|logical replication is (off|on now) in project|project \S+ has logical replication on, but|cannot connect to |lost the connection to )/;

/** What the next run must not fix until a user does what the error says. */
const EMPTIED = /was emptied by another user/;
const SHUT_OUT = /could no longer connect to/;
const WOULD_OPEN = /empty, and so open to the world/;
const NO_CONSENT = /To turn it on, set `allowRestart: true`/;
const NOT_RESTARTED = /restart the compute in Neon's console/;
/** Also as the second line of the error after a restart. */
const NO_CONNECTION = /^cannot connect/m;

/** Plays one random history of two stacks and other users in one project, and returns what was wrong with it. */
export async function playHistory(draw: Random, processes: readonly ProviderProcess[]): Promise<HistoryResult> {
  const atFirst = Array.from({ length: draw.pick([0, 1, 2, 5]) }, (_, index) => `172.16.${index}.0/24`);
  const world = await World.start(draw, draw.chance(0.3) ? [...atFirst, draw.pick(POOL)] : atFirst);
  const history = new History(draw, world);
  try {
    for (const process of processes) await history.join(process);
    await history.play();
  } catch (error) {
    world.violated(String(error));
  }
  await world.stop();
  return { violations: world.violations, log: world.log, ...history.counts, lostInWindow: world.lost };
}

export interface HistoryResult {
  violations: string[];
  log: string[];
  steps: number;
  failures: number;
  kills: number;
  lostInWindow: number;
}

class History {
  readonly actors: Actor[] = [];
  readonly counts = { steps: 0, failures: 0, kills: 0 };

  constructor(
    readonly draw: Random,
    readonly world: World,
  ) {}

  async join(process: ProviderProcess): Promise<void> {
    const stack = await this.world.addStack();
    const name = `stack ${this.actors.length}`;
    const place = { config: stack.door.config, stack: name };
    const allowlist = process.resource("allowlist", place);
    const replication = process.resource("replication", { ...place, kind: "LogicalReplication" });
    this.actors.push({ stack, process, allowlist, replication, name });
  }

  async play(): Promise<void> {
    const { draw, world, actors } = this;
    for (let steps = 4 + draw.below(5); steps > 0; steps--) {
      world.faultChance = draw.pick([0, 0.1, 0.3]);
      world.editChance = draw.pick([0, 0, 0.1, 0.3]);
      for (let edits = draw.below(3); edits > 0; edits--) world.edit();
      if (draw.chance(0.1))
        world.api.operations.failNext({ status: draw.pick(["failed", "error"]), retried: draw.chance(0.5) });
      const acting = draw.chance(0.3) ? actors : [draw.pick(actors)];
      await Promise.all(acting.map((actor) => this.#actOrDie(actor, acting.length > 1)));
    }
    await this.#end();
  }

  #actOrDie(actor: Actor, isParallel: boolean): Promise<void> {
    const { draw, world } = this;
    if (!draw.chance(0.2)) return this.act(actor, this.#step(actor), isParallel);
    return this.#die(actor, draw.chance(0.7) ? up(world, actor) : destroy(world, actor));
  }

  /** Carries a step out in a process that is killed before the state is saved. */
  async #die({ stack, process, allowlist, name }: Actor, step: Step): Promise<void> {
    const { log } = this.world;
    const state = structuredClone(allowlist.state);
    this.counts.kills++;
    stack.isUnsaved = true;
    stack.consent = { ...NOTHING, ...step.consent() };
    log.push(`${name} begins ${step.name}`);
    await failure(step.run());
    stack.consent = NOTHING;
    process.killRun(allowlist);
    log.push(`${name} is killed`);
    allowlist.state = state;
  }

  /** Carries a step out. If it fails, repeats it like the next run would, which must not fail in the same way. */
  async act(actor: Actor, step: Step, isParallel = false, before = ""): Promise<void> {
    const { world } = this;
    this.counts.steps++;
    const { stack } = actor;
    stack.consent = { ...NOTHING, ...step.consent() };
    const mayWrite = stack.consent.write;
    world.log.push(`${actor.name} begins ${step.name}`);
    const message = await failure(step.run());
    stack.consent = NOTHING;
    actor.process.endRun(actor.allowlist);
    world.log.push(`${actor.name} ends: ${message}`);
    if (message === "no error") {
      const isQuiet = !isParallel && stack.readVersion === world.version;
      const problem = isQuiet || !mayWrite ? step.holds() : undefined;
      if (problem) world.violated(`${actor.name}, ${step.name}: ${problem}`);
      for (const entry of stack.mine) if (step.keeps && !step.keeps(entry)) stack.mine.delete(entry);
      if (step.settles?.()) stack.isUnsaved = false;
      return;
    }
    this.counts.failures++;
    markFailed(step.resource);
    if (!CLEAR.test(message)) world.violated(`${actor.name}, ${step.name}: unclear error: ${message}`);
    if (message.includes(world.api.key)) world.violated("an error shows the key");
    if (SHUT_OUT.test(message) && !message.includes("failed too")) {
      // They were removed again. If they come back, another user added them, unless the state had them before.
      const added = (actor.allowlist.state?.outputs.added ?? []) as string[];
      for (const entry of stack.mine) if (!added.includes(entry)) stack.mine.delete(entry);
    }
    if (isParallel) return;
    world.faultChance = 0;
    world.editChance = 0;
    await world.api.operations.idle();
    if (!(await this.#isFixable(actor, step, message))) return;
    if (kindOf(message) === before) world.violated(`${actor.name}, ${step.name}: the next run failed too: ${message}`);
    else await this.act(actor, step, false, kindOf(message));
  }

  /** Does what the error asks for, and tells whether the next run must succeed. */
  async #isFixable(actor: Actor, step: Step, message: string): Promise<boolean> {
    const { world } = this;
    const { mine } = actor.stack;
    if (NO_CONSENT.test(message)) return false;
    if (NO_CONNECTION.test(message)) return allows(world.ips, HERE);
    if (WOULD_OPEN.test(message)) {
      const wasRight = actor.stack.seen.some(({ ips }) => ips.every((entry) => mine.has(entry)));
      if (!wasRight) world.violated(`it would not leave the list empty: ${world.ips} without ${[...mine]}`);
      return false;
    }
    if (SHUT_OUT.test(message) && !message.includes("failed too")) return step.name.includes(HERE);
    if (EMPTIED.test(message) && actor.allowlist.state) await this.act(actor, refresh(actor));
    if (NOT_RESTARTED.test(message) || /^operation/.test(message)) {
      world.server.asPostgres.set({ wal_level: "logical" });
      await world.api.compute.suspend();
    }
    return true;
  }

  #step(actor: Actor): Step {
    const { draw, world } = this;
    const make = draw.pick([
      ...[() => up(world, actor), () => up(world, actor), () => up(world, actor)],
      ...[() => refresh(actor), () => destroy(world, actor)],
      ...[() => replicate(world, actor), () => replicate(world, actor)],
    ]);
    return make();
  }

  /** In the end nothing fails any more: both stacks get their addresses, and leave nothing behind. */
  async #end(): Promise<void> {
    const { world, actors } = this;
    world.faultChance = 0;
    world.editChance = 0;
    await world.api.operations.idle();
    for (const actor of actors) {
      const args = { projectId: world.api.projectId, ips: [HERE, POOL[0]], allowOpenOnDelete: true };
      await this.act(actor, refresh(actor));
      const consent = () => ({ write: true, protect: true });
      const run = () => actor.allowlist.up(args);
      const holds = () => undefined;
      await this.act(actor, { name: "last up", resource: actor.allowlist, consent, run, holds });
    }
    for (const actor of actors) await this.act(actor, destroy(world, actor));
    const left = actors.flatMap(({ stack }) => world.left(stack));
    if (left.length > 0) world.violated(`${left} were left behind in the end`);
  }
}

function kindOf(message: string): string {
  return message.replace(/[0-9a-f-]{36}|\d+/g, "");
}
