import { canonicalEntry } from "../../../provider/ipAllowlist/addresses/entry";
import type { Random } from "../../addresses/random";
import type { Managed } from "../managed";
import { allows } from "../neon/ipAllow";
import { failure, markFailed, type ProviderProcess } from "./process";
import { type Consent, HERE, NOTHING, POOL, type Stack, World } from "./world";

type Values = Record<string, unknown>;

/** Every way a run may end without success: each says what to do, or that it can be run again. */
const CLEAR =
  /^(Neon API: |Neon refused |without these addresses |the IP Allow list of project \S+ (was emptied|is being changed)|with the IP Allow list .* closed, this machine could not connect|operation \S+ .* (ended in|is still)|logical replication is off in project|project \S+ has logical replication on, but|cannot connect to |lost the connection to )/;

/** What the next run cannot mend because it must not, until somebody does what the error says. */
const EMPTIED = /was emptied by somebody/;
const SHUT_OUT = /could not connect to .* any more/;
const WOULD_OPEN = /would be empty, and so open/;
const NO_CONSENT = /Consent with `allowRestart: true`/;
const NOT_RESTARTED = /restart it in Neon's console/;

interface Actor {
  stack: Stack;
  process: ProviderProcess;
  allowlist: Managed;
  replication: Managed;
  name: string;
}

interface Step {
  name: string;
  /** Asked for anew by the next run, for which the state may have changed. */
  consent(): Partial<Consent>;
  run(): Promise<unknown>;
  /** What must hold where the step succeeded and nobody edited anything after its last reading. */
  holds(): string | undefined;
  /** Of the entries that the stack put in: which are still its own where the step succeeded. */
  keeps?(entry: string): boolean;
  resource: Managed;
}

/** One random history of two stacks and of others on one project; gives what was wrong with it. */
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
  lostInWindow: number;
}

class History {
  readonly actors: Actor[] = [];
  readonly counts = { steps: 0, failures: 0 };

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
      await Promise.all(acting.map((actor) => this.act(actor, this.#step(actor), acting.length > 1)));
    }
    await this.#end();
  }

  /** Carries a step out, and where it failed, again as the next run would, which must not fail in the same way. */
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
      return;
    }
    this.counts.failures++;
    markFailed(step.resource);
    if (!CLEAR.test(message)) world.violated(`${actor.name}, ${step.name}: unclear error: ${message}`);
    if (message.includes(world.api.key)) world.violated("an error shows the key");
    if (SHUT_OUT.test(message) && !message.includes("failed too")) {
      // They were taken out again: whoever puts them back is somebody else, unless the state had them before.
      const added = (actor.allowlist.state?.outputs.added ?? []) as string[];
      for (const entry of stack.mine) if (!added.includes(entry)) stack.mine.delete(entry);
    }
    if (isParallel) return;
    world.faultChance = 0;
    world.editChance = 0;
    await world.api.operations.idle();
    if (!(await this.#isMendable(actor, step, message))) return;
    if (kindOf(message) === before) world.violated(`${actor.name}, ${step.name}: the next run failed too: ${message}`);
    else await this.act(actor, step, false, kindOf(message));
  }

  /** Whether the next run must succeed; what the error asked for is done first. */
  async #isMendable(actor: Actor, step: Step, message: string): Promise<boolean> {
    const { world } = this;
    const { mine } = actor.stack;
    if (NO_CONSENT.test(message)) return false;
    if (/^cannot connect/.test(message)) return allows(world.ips, HERE);
    if (WOULD_OPEN.test(message)) {
      const wasRight = actor.stack.seen.some(({ ips }) => ips.every((entry) => mine.has(entry)));
      if (!wasRight) world.violated(`it would not be empty: ${world.ips} without ${[...mine]}`);
      return false;
    }
    if (SHUT_OUT.test(message) && !message.includes("failed too")) return step.name.includes(HERE);
    if (EMPTIED.test(message) && actor.allowlist.state) await this.act(actor, this.#refresh(actor));
    if (NOT_RESTARTED.test(message) || /^operation/.test(message)) {
      world.server.asPostgres.set({ wal_level: "logical" });
      await world.api.compute.suspend();
    }
    return true;
  }

  #step(actor: Actor): Step {
    const { draw } = this;
    const kinds = [this.#up, this.#up, this.#up, this.#refresh, this.#destroy, this.#replicate, this.#replicate];
    return draw.pick(kinds).call(this, actor);
  }

  #up({ allowlist, stack }: Actor): Step {
    const { draw, world } = this;
    const whenOpen = draw.pick(["leaveOpen", "restrict"]);
    const ips = POOL.slice(0, -1).filter(() => draw.chance(0.5));
    if (whenOpen === "restrict" ? draw.chance(0.8) : ips.length === 0) ips.push(HERE);
    if (ips.length === 0) ips.push(POOL[0] as string);
    const args: Values = { projectId: world.api.projectId, ips, whenOpen, allowOpenOnDelete: draw.chance(0.5) };
    if (draw.chance(0.2)) args.protectedBranchesOnly = draw.chance(0.5);
    const consent = () => {
      const { state } = allowlist;
      const closes = whenOpen === "restrict" && state?.outputs.effective !== "restricted";
      const protect =
        closes || args.protectedBranchesOnly !== undefined || state?.outputs.protectedBefore !== undefined;
      return { write: true, close: closes, open: closes, protect };
    };
    let isSame = false;
    return {
      name: `up ${JSON.stringify(args)}`,
      resource: allowlist,
      consent,
      run: async () => {
        isSame = (await allowlist.up(args)).kind === "same";
      },
      // A program that wishes for the same again reads and sends nothing: what somebody did meanwhile is a refresh's to see.
      keeps: (entry) =>
        isSame ||
        (allowlist.outputs.effective === "restricted" &&
          ips.includes(entry) &&
          stack.seen.some((seen) => seen.ips.includes(entry))),
      holds: () => {
        if (isSame) return undefined;
        const isOpen = world.ips.length === 0;
        if (isOpen && whenOpen === "restrict") return "the list is open";
        if (allowlist.outputs.effective !== (isOpen ? "open" : "restricted")) return "effective is not what Neon has";
        const there = new Set(world.ips.map(canonicalEntry));
        const missing = isOpen ? [] : ips.filter((entry) => !there.has(entry));
        if (missing.length > 0) return `${missing} are missing in ${world.ips}`;
        const left = world.left(stack).filter((entry) => !ips.includes(entry));
        return left.length > 0 ? `${left} were not taken out` : undefined;
      },
    };
  }

  #refresh({ allowlist, stack }: Actor): Step {
    const run = async () => allowlist.state && (await allowlist.refresh());
    // What it has seen gone, or in another spelling, is no longer its own, whatever comes back later.
    const keeps = (entry: string) => allowlist.state === undefined || stack.seen.some(({ ips }) => ips.includes(entry));
    return { name: "refresh", resource: allowlist, consent: () => ({}), run, keeps, holds: () => undefined };
  }

  #destroy({ allowlist, stack }: Actor): Step {
    const { world } = this;
    const existed = allowlist.state !== undefined;
    return {
      name: "destroy",
      resource: allowlist,
      consent: () => {
        const { allowOpenOnDelete, protectedBefore } = allowlist.state?.outputs ?? {};
        return { write: true, open: allowOpenOnDelete === true, protect: protectedBefore !== undefined };
      },
      run: () => allowlist.destroy(),
      keeps: () => !existed,
      holds: () => {
        const left = existed ? world.left(stack) : [];
        return left.length > 0 ? `${left} were left behind` : undefined;
      },
    };
  }

  #replicate({ replication }: Actor): Step {
    const { draw, world } = this;
    const allowRestart = draw.chance(0.6);
    return {
      name: `logical replication${allowRestart ? ", which may restart" : ""}`,
      resource: replication,
      consent: () => ({ restart: allowRestart }),
      run: () => replication.up({ projectId: world.api.projectId, allowRestart }),
      holds: () => {
        const isLogical = replication.outputs.walLevel === "logical" && world.server.walLevel === "logical";
        return isLogical && world.see().on ? undefined : "logical replication is not on";
      },
    };
  }

  /** In the end nothing goes wrong any more: everybody gets what they wish for, and leaves nothing behind. */
  async #end(): Promise<void> {
    const { world, actors } = this;
    world.faultChance = 0;
    world.editChance = 0;
    await world.api.operations.idle();
    for (const actor of actors) {
      const args = { projectId: world.api.projectId, ips: [HERE, POOL[0]], allowOpenOnDelete: true };
      await this.act(actor, this.#refresh(actor));
      const consent = () => ({ write: true, protect: true });
      const run = () => actor.allowlist.up(args);
      const holds = () => undefined;
      await this.act(actor, { name: "last up", resource: actor.allowlist, consent, run, holds });
    }
    for (const actor of actors) await this.act(actor, this.#destroy(actor));
    const left = actors.flatMap(({ stack }) => world.left(stack));
    if (left.length > 0) world.violated(`${left} were left behind in the end`);
  }
}

function kindOf(message: string): string {
  return message.replace(/[0-9a-f-]{36}|\d+/g, "");
}
