import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { DynamicProvider } from "../support/dynamicProvider";
import { markFailed, newProcess } from "../support/ipAllowlist/process";
import { figure, LONG } from "../support/long";
import type { Managed } from "../support/managed";
import { type LocalNeon, startLocalNeon } from "../support/neon";
import { breakAtRequest, type RequestBoundary, requestBoundariesOf } from "../support/requestBoundaries";
import { handledBy } from "../support/sourceLife";
import { useWarnings } from "../support/warnings";

/** All boundaries in a long run, else as many as this time allows, and of the first steps one in any case. */
const BUDGET_MS = LONG ? Number.POSITIVE_INFINITY : 3000;
const LEAST = 3;
/** What a user types next; in a short run each trial has one of them. */
const NEXT = ["up", "changed up", "refresh", "destroy"] as const;
type Next = (typeof NEXT)[number];
const FOREIGN = ["10.1.2.3/8", "127.0.0.1", "2001:DB8::7", "10.1.2.3/8", "typo"];
const FIRST = { ips: ["192.0.2.1", "192.0.2.2"] };
const SECOND = { ips: ["192.0.2.2", "192.0.2.3", "198.51.100.0/24"], protectedBranchesOnly: true };
/** What the program says after the user edited it. */
const CHANGED = { ips: ["192.0.2.1", "192.0.2.9"], allowOpenOnDelete: true };
const CLOSING = { ips: ["127.0.0.1", "192.0.2.1"], whenOpen: "restrict", allowOpenOnDelete: true };

interface Step {
  title: string;
  list: string[];
  /** What the engine did before; undefined: nothing. */
  before?: object;
  /** Undefined: a destroy. */
  wish?: object;
}

const STEPS: readonly Step[] = [
  { title: "create", list: FOREIGN, wish: FIRST },
  { title: "update", list: FOREIGN, before: FIRST, wish: SECOND },
  { title: "destroy", list: FOREIGN, before: SECOND },
  { title: "create that closes an open list", list: [], wish: CLOSING },
  { title: "create with protectedBranchesOnly", list: FOREIGN, wish: SECOND },
  { title: "update back", list: FOREIGN, before: SECOND, wish: FIRST },
];

interface Trial {
  step: Step;
  boundary: RequestBoundary;
  /** What the list and the state are after an undisturbed run. */
  goal: unknown;
}

describe("an IP Allow list, when a run is interrupted between any two requests", () => {
  let neon: LocalNeon;
  let trials: Trial[];

  beforeAll(async () => {
    neon = await startLocalNeon();
  });
  useWarnings();
  beforeEach(async () => {
    trials ??= await undisturbed();
  });
  afterAll(() => neon?.stop());

  const settings = () => neon.project.settings;

  /** In a process that has just started. */
  async function resource(state?: Managed["state"]): Promise<Managed> {
    const managed = (await newProcess()).resource("allowlist", { config: neon.config });
    return Object.assign(managed, { state: structuredClone(state) });
  }

  /** The state before the step. */
  async function begin({ list, before }: Step): Promise<Managed["state"]> {
    settings().allowed_ips = { ips: list, protected_branches_only: false };
    const managed = await resource();
    if (before) await up(managed, before);
    return managed.state;
  }

  const up = (managed: Managed, wish: object) => managed.up({ projectId: neon.projectId, ...wish });
  const run = (managed: Managed, { wish }: Step) => (wish ? up(managed, wish) : managed.destroy());

  function outcome({ list }: Step, { state }: Managed) {
    const { ips = [], protected_branches_only } = settings().allowed_ips;
    const { token: _token, edition: _edition, __provider, ...outputs } = state?.outputs ?? {};
    return {
      foreign: ips.slice(0, list.length),
      ours: ips.slice(list.length).sort(),
      protected_branches_only,
      outputs,
    };
  }

  async function undisturbed(): Promise<Trial[]> {
    const found: Trial[][] = [];
    for (const [number, step] of STEPS.entries()) {
      const managed = await resource(await begin(step));
      const boundaries = await requestBoundariesOf(neon, () => run(managed, step));
      const goal = outcome(step, managed);
      // From the end, where most is at stake, and at each step from another place.
      const from = boundaries.length - 1 - number;
      found.push(
        boundaries.map((_unused, at) => ({
          step,
          boundary: boundaries.at((from - at) % boundaries.length) as RequestBoundary,
          goal,
        })),
      );
      await managed.destroy();
    }
    const longest = Math.max(...found.map(({ length }) => length));
    return Array.from({ length: longest }, (_unused, at) => found.flatMap((own) => own[at] ?? [])).flat();
  }

  /** What a user does next, in a new process, with the state that the engine has; then it is all taken away. */
  async function goesOn({ step, boundary, goal }: Trial, next: Next, state?: Managed["state"]): Promise<void> {
    const where = `${step.title}, broken ${boundary.point} of request ${boundary.index}, then ${next}`;
    const managed = await resource(state);
    if (next === "refresh" && managed.state) await managed.refresh();
    if (next === "changed up") {
      await up(managed, CHANGED);
      const { foreign, ours, protected_branches_only } = outcome(step, managed);
      expect({ foreign, protected_branches_only }, where).toEqual({
        foreign: step.list,
        protected_branches_only: false,
      });
      // An open list stays open, unless the killed run closed it.
      if (step.list.length > 0 || ours.length > 0) expect(ours, where).toEqual(CHANGED.ips);
    } else if (next !== "destroy" || !managed.state) {
      await run(managed, step);
      expect(outcome(step, managed), where).toEqual(goal);
    }
    await (await resource(managed.state)).destroy();
    expect(settings().allowed_ips, `${where}: left over`).toEqual({ ips: step.list, protected_branches_only: false });
  }

  async function each(work: (trial: Trial, next: Next) => Promise<void>): Promise<number> {
    const deadline = Date.now() + BUDGET_MS;
    let done = 0;
    for (const trial of trials) {
      if (done >= LEAST && Date.now() > deadline) break;
      for (const next of LONG ? NEXT : [NEXT[done % NEXT.length] as Next]) await work(trial, next);
      done++;
    }
    return done;
  }

  test("is resumed after kill -9 of the provider, and nothing is left over", { timeout: 600_000 }, async () => {
    let next = DynamicProvider.start("@pulumi/pulumi", neon.config);
    const kills = await each(async (trial, following) => {
      const victim = await next;
      next = DynamicProvider.start("@pulumi/pulumi", neon.config);
      const state = await begin(trial.step);
      const killed = await resource(state);
      killed.handleWith(handledBy(victim, "IpAllowlist"));
      const end = trial.boundary.point === "at the end" ? undefined : () => {};
      const work = () => run(killed, trial.step).catch(end);
      expect(await breakAtRequest(neon, trial.boundary, work, { onBreak: () => victim.kill() })).toBe(true);
      await goesOn(trial, following, state);
    });
    await (await next).stop();
    figure(`${kills} of ${trials.length} boundaries: provider killed there, and gone on`);
  });

  test("is resumed after a lost connection, for a moment or permanently, and nothing is left over", async () => {
    for (const isForGood of [false, true]) {
      const cuts = await each(async (trial, following) => {
        const managed = await resource(await begin(trial.step));
        const work = () => run(managed, trial.step).catch(() => {});
        expect(await breakAtRequest(neon, trial.boundary, work, { isForGood })).toBe(true);
        markFailed(managed);
        await goesOn(trial, following, managed.state);
      });
      figure(
        `${cuts} of ${trials.length} boundaries: connection cut there ${isForGood ? "for good" : "once"}, and gone on`,
      );
    }
  });

  test("keeps its notes until Pulumi ends the process", async () => {
    const notes = () => readdirSync(join(process.env.PULUMI_HOME ?? "", "neon-clickpipes"));
    const provider = await DynamicProvider.start("@pulumi/pulumi", neon.config);
    const managed = await resource(await begin(STEPS[0] as Step));
    const before = notes();
    managed.handleWith(handledBy(provider, "IpAllowlist"));
    await up(managed, FIRST);
    expect(notes()).toHaveLength(before.length + 1);
    await provider.stop();
    expect(notes()).toEqual(before);
  });
});
