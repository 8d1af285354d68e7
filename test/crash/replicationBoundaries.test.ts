import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Boundary, boundariesOf, breakAt } from "../support/boundaries";
import { DynamicProvider } from "../support/dynamicProvider";
import { markFailed, newProcess } from "../support/ipAllowlist/process";
import { figure, LONG } from "../support/long";
import type { Managed } from "../support/managed";
import { type LocalNeon, startLocalNeon } from "../support/neon";
import { breakAtRequest, type RequestBoundary, requestBoundariesOf } from "../support/requestBoundaries";
import { handledBy } from "../support/sourceLife";
import { useWarnings } from "../support/warnings";

/** All boundaries in a long run, else as many as this time allows, and two at least. */
const BUDGET_MS = LONG ? Number.POSITIVE_INFINITY : 4000;

interface Step {
  title: string;
  /** Whether the setting is on in the beginning. */
  on: boolean;
  /** Whether the resource is in the state in the beginning. */
  exists: boolean;
  run(managed: Managed, projectId: string): Promise<unknown>;
}

const up = (more: object) => (managed: Managed, projectId: string) => managed.up({ projectId, ...more });
const STEPS: readonly Step[] = [
  { title: "create that turns it on", on: false, exists: false, run: up({ allowRestart: true }) },
  { title: "create where it is on", on: true, exists: false, run: up({}) },
  { title: "update that turns it on", on: false, exists: true, run: up({ allowRestart: true }) },
  { title: "update where it is on", on: true, exists: true, run: up({ allowRestart: true }) },
  { title: "refresh", on: true, exists: true, run: (managed) => managed.refresh() },
];

/** Between two requests to Neon's API, or two statements. */
type Place = { request: RequestBoundary } | { statement: Boundary };

interface Trial {
  step: Step;
  place: Place;
  /** What an undisturbed run has written and restarted, and what the state holds after it. */
  goal: object;
}

interface Break {
  onBreak?(): void;
  /** Of requests alone: a database that is gone for good is waited for. */
  isForGood?: boolean;
}

describe("logical replication, when a run is interrupted between any two requests or statements", () => {
  let neon: LocalNeon;
  let trials: Trial[];
  /** PATCHes that came when the setting was on. */
  let late: number;

  beforeAll(async () => {
    neon = await startLocalNeon({ logicalReplication: true, operationStateMs: 60 });
    const record = neon.requests.push.bind(neon.requests);
    neon.requests.push = (...requests) => {
      if (requests.some(({ method }) => method === "PATCH") && neon.project.settings.enable_logical_replication) late++;
      return record(...requests);
    };
  });
  useWarnings();
  beforeEach(async () => {
    trials ??= await undisturbed();
  });
  afterAll(() => neon?.stop());

  /** In a process that has just started. */
  async function resource(state?: Managed["state"]): Promise<Managed> {
    const managed = (await newProcess()).resource("replication", { config: neon.config, kind: "LogicalReplication" });
    return Object.assign(managed, { state: structuredClone(state) });
  }

  /** The state before the step. */
  async function begin({ on, exists }: Step): Promise<Managed["state"]> {
    await neon.operations.idle();
    const managed = await resource();
    if (exists) {
      await setTo(true);
      await managed.up({ projectId: neon.projectId });
    }
    await setTo(on);
    if (exists && !on) await managed.refresh();
    late = 0;
    return managed.state;
  }

  async function setTo(on: boolean): Promise<void> {
    const { settings } = neon.project;
    const { state } = neon.compute;
    if (settings.enable_logical_replication === on && state === "active") return;
    settings.enable_logical_replication = on;
    neon.server.set({ wal_level: on ? "logical" : "replica" });
    await neon.compute.suspend();
    await neon.compute.wake();
  }

  /** What was done in all, and what stands in the state. */
  async function outcome({ state }: Managed, operationsBefore: number): Promise<object> {
    await neon.operations.idle();
    const { __provider, ...outputs } = state?.outputs ?? {};
    const operations = neon.operations.list().length - operationsBefore;
    return { on: neon.project.settings.enable_logical_replication, operations, late, inputs: state?.inputs, outputs };
  }

  async function undisturbed(): Promise<Trial[]> {
    const found: Trial[][] = [];
    for (const step of STEPS) {
      const managed = await resource(await begin(step));
      const operations = neon.operations.list().length;
      let requests: RequestBoundary[] = [];
      const statements = await boundariesOf(neon.wire, async () => {
        requests = await requestBoundariesOf(neon, () => step.run(managed, neon.projectId));
      });
      const goal = await outcome(managed, operations);
      expect(goal).toMatchObject({ on: true, late: 0, operations: step.on ? 0 : 2 });
      const places = [...requests.map((request) => ({ request })), ...statements.map((statement) => ({ statement }))];
      found.push(fromTheWrite(places).map((place) => ({ step, place, goal })));
    }
    const longest = Math.max(...found.map(({ length }) => length));
    return Array.from({ length: longest }, (_unused, at) => found.flatMap((own) => own[at] ?? [])).flat();
  }

  async function broken(work: () => Promise<unknown>, place: Place, { onBreak, isForGood }: Break): Promise<boolean> {
    if ("request" in place) return breakAtRequest(neon, place.request, work, { onBreak, isForGood });
    return breakAt(neon.wire, place.statement, work, onBreak);
  }

  /** In a new process, with the state that the engine has. */
  async function goesOn({ step, place, goal }: Trial, operations: number, state: Managed["state"]): Promise<void> {
    const managed = await resource(state);
    await step.run(managed, neon.projectId);
    expect(await outcome(managed, operations), `${step.title}, broken at ${JSON.stringify(place)}`).toEqual(goal);
    expect(await managed.refresh()).toBe(false);
  }

  async function each(work: (trial: Trial, state: Managed["state"], number: number) => Promise<void>): Promise<number> {
    const deadline = Date.now() + BUDGET_MS;
    let done = 0;
    for (const trial of trials) {
      if (done >= 2 && Date.now() > deadline) break;
      await work(trial, await begin(trial.step), done++);
    }
    return done;
  }

  test("is resumed after kill -9 of the provider, and turned on once", { timeout: 1_800_000 }, async () => {
    let next = DynamicProvider.start("@pulumi/pulumi", neon.config);
    const all = each(async (trial, state) => {
      const victim = await next;
      next = DynamicProvider.start("@pulumi/pulumi", neon.config);
      const operations = neon.operations.list().length;
      const killed = await resource(state);
      killed.handleWith(handledBy(victim, "LogicalReplication"));
      const work = () => trial.step.run(killed, neon.projectId).catch(() => {});
      const title = `${trial.step.title}: came to ${JSON.stringify(trial.place)}`;
      expect(await broken(work, trial.place, { onBreak: () => victim.kill() }), title).toBe(true);
      await goesOn(trial, operations, state);
    });
    const kills = await all.finally(async () => (await next).stop());
    figure(`${kills} of ${trials.length} boundaries: provider killed there, and gone on`);
  });

  test("is resumed after a lost connection, or after Neon's API went away, and turned on once", {
    timeout: 1_800_000,
  }, async () => {
    // In turn where there is no time for both.
    for (const mode of LONG ? (["once", "for good"] as const) : (["in turn"] as const)) {
      let unnoticed = 0;
      const cuts = await each(async (trial, state, number) => {
        const isForGood = "request" in trial.place && (mode === "for good" || (mode === "in turn" && number % 2 === 1));
        const operations = neon.operations.list().length;
        const managed = await resource(state);
        const work = () =>
          trial.step.run(managed, neon.projectId).then(
            () => unnoticed++,
            () => {},
          );
        const title = `${trial.step.title}: came to ${JSON.stringify(trial.place)}`;
        expect(await broken(work, trial.place, { isForGood }), title).toBe(true);
        markFailed(managed);
        await goesOn(trial, operations, managed.state);
      });
      figure(`${cuts} of ${trials.length} boundaries: cut there ${mode}; ${unnoticed} times the same run went on`);
    }
  });
});

/** In an order that begins at the write, where most is at stake, and then mixes requests with statements. */
function fromTheWrite(places: Place[]): Place[] {
  const write = places.findIndex((place) => "request" in place && place.request.point === "before answer");
  // A stride that has no factor in common with the length visits all.
  const stride = [7, 11, 13, 17].find((prime) => places.length % prime !== 0) ?? 1;
  return places.map((_place, at) => places[(Math.max(write, 0) + at * stride) % places.length] as Place);
}
