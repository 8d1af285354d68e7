import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { failure, markFailed, newProcess, SHORT_WAITS } from "../support/ipAllowlist/process";
import { FOREIGN, OURS, useProject } from "../support/ipAllowlist/project";

const project = useProject();
const { begin, allowlist, args, list, set, methods, lines } = project;

describe("other users", () => {
  test("who write back a list that they read earlier keep theirs, and the resource's addresses are added again", async () => {
    project.api.faults.add({ method: "PATCH", after: () => set(...FOREIGN, "203.0.113.5") });
    await allowlist().up(args(OURS));
    expect(list()).toEqual([...FOREIGN, "203.0.113.5", ...OURS]);
  });

  test("who do so a moment later are noticed by the second read", async () => {
    project.run = await newProcess({ ...SHORT_WAITS, secondLook: 300 });
    project.api.faults.add({
      method: "PATCH",
      after: () => void sleep(100).then(() => set(...FOREIGN, "203.0.113.5")),
    });
    await allowlist().up(args(OURS));
    expect(list()).toEqual([...FOREIGN, "203.0.113.5", ...OURS]);
  });

  test("who add addresses again after a delete removed them keep them, and delete says so", async () => {
    const resource = allowlist();
    await resource.up(args(OURS));
    const before = list() ?? [];
    project.api.faults.add({ method: "PATCH", after: () => set(...before, "203.0.113.5") });
    await resource.destroy();
    expect(list()).toEqual([...FOREIGN, ...OURS, "203.0.113.5"]);
    expect(lines()).toContain(
      `left in the IP Allow list of project ${project.api.projectId}: 192.0.2.1, 192.0.2.2.\nAnother user added these addresses again.`,
    );
  });

  test("who add an entry again during a write, after they had replaced it with another spelling, keep it on delete", async () => {
    const resource = allowlist();
    await resource.up(args(OURS));
    set(...FOREIGN, "192.0.2.1/32", "192.0.2.2");
    project.api.faults.add({ method: "PATCH", after: () => set(...(list() ?? []), "192.0.2.1") });
    await resource.up(args([...OURS, "192.0.2.3"]));
    expect(resource.outputs).toMatchObject({ added: ["192.0.2.2", "192.0.2.3"] });
    await resource.destroy();
    expect(list()).toEqual([...FOREIGN, "192.0.2.1/32", "192.0.2.1"]);
  });

  test("who edit the list while Neon refuses the write lose nothing: the write is rebuilt from the list at that time", async () => {
    project.api.faults.add({
      method: "PATCH",
      status: 423,
      times: 3,
      after: () => set(...(list() ?? []), "203.0.113.5"),
    });
    await allowlist().up(args(OURS));
    expect(list()).toEqual([...FOREIGN, "203.0.113.5", "203.0.113.5", "203.0.113.5", ...OURS]);
  });

  test("who undo every write make the run fail, and the next run fixes the list", async () => {
    const resource = allowlist();
    project.api.faults.add({ method: "PATCH", times: 1000, after: () => set(...FOREIGN) });
    expect(await failure(resource.up(args(OURS)))).toMatch(
      /^another user keeps changing the IP Allow list of project \S+\.\nThese changes did not last: .*192\.0\.2\.1/,
    );
    project.api.faults.clear();
    markFailed(resource);
    await resource.up(args(OURS));
    expect(list()).toEqual([...FOREIGN, ...OURS]);
    await resource.destroy();
    expect(list()).toEqual(FOREIGN);
  });

  test("who undo protected_branches_only every time make the run fail with an error that names it", async () => {
    const settings = project.api.project.settings;
    project.api.faults.add({
      method: "PATCH",
      times: 1000,
      after: () => void Object.assign(settings.allowed_ips, { protected_branches_only: false }),
    });
    expect(await failure(allowlist().up(args(OURS, { protectedBranchesOnly: true })))).toMatch(
      /\nThese changes did not last: protected_branches_only = true\.\n/,
    );
  });

  test("lose only what they write between a read and the write that directly follows it", async () => {
    const windows: number[] = [];
    const roundTrips: number[] = [];
    for (let edits = 0; edits < 100; edits++) {
      const times: number[] = [];
      const note = () => void times.push(performance.now());
      project.api.faults.clear();
      project.api.faults.add({ method: "GET", after: note });
      project.api.faults.add({ method: "PATCH", before: note });
      project.api.requests.length = 0;
      await (await newProcess({ secondLook: 0 }))
        .resource("allowlist", { config: project.api.config })
        .up(args([`198.18.0.${edits}`]));
      expect(methods()).toMatch(/^GET PATCH GET/);
      const [read = 0, written = 0] = times;
      windows.push(written - read);
      const begun = performance.now();
      await fetch(project.api.url).then((response) => response.text());
      roundTrips.push(performance.now() - begun);
    }
    const [window, roundTrip] = [windows, roundTrips].map((times) => times.sort((a, b) => a - b)[50] as number);
    console.info(
      `window from read to write: ${window?.toFixed(1)} ms, a round trip: ${roundTrip?.toFixed(1)} ms (medians)`,
    );
    // Time for one round trip, with code that runs for the first time, and for no wait in between.
    expect(window).toBeLessThan(50 * (roundTrip ?? 0));
  });
});

describe("two resources in one project", () => {
  test("of one run, in parallel, both get their addresses", async () => {
    const [one, other] = [allowlist("one"), allowlist("other")];
    await Promise.all([one.up(args(["192.0.2.1", "192.0.2.9"])), other.up(args(["192.0.2.2", "192.0.2.9"]))]);
    expect([...(list() ?? [])].sort()).toEqual([...FOREIGN, "192.0.2.1", "192.0.2.2", "192.0.2.9"].sort());
    expect([await one.refresh(), await other.refresh()]).toEqual([false, false]);
    project.run = await newProcess();
    const later = [
      project.run.continued(one, "one", { config: project.api.config }),
      project.run.continued(other, "other", { config: project.api.config }),
    ];
    await Promise.all(later.map((each) => each.destroy()));
    expect(list()).toEqual(FOREIGN);
  });

  test("of two stacks, in two processes, in parallel, both get their addresses, 25 times", async () => {
    for (let round = 0; round < 25; round++) {
      await begin();
      const one = (await newProcess()).resource("one", { config: project.api.config, stack: "dev" });
      const other = (await newProcess()).resource("other", { config: project.api.config, stack: "prod" });
      // Both read the same list before either writes, so that the second write undoes the first.
      project.api.faults.add({ method: "PATCH", delayMs: 5, times: 2 });
      await Promise.all([one.up(args(["192.0.2.1", "192.0.2.9"])), other.up(args(["192.0.2.2", "192.0.2.9"]))]);
      expect([...(list() ?? [])].sort()).toEqual([...FOREIGN, "192.0.2.1", "192.0.2.2", "192.0.2.9"].sort());
      expect([await one.refresh(), await other.refresh()]).toEqual([false, false]);
    }
  });

  test("of two stacks: destroying the one that added a shared address removes it from the other, whose refresh shows it and up fixes it", async () => {
    const one = (await newProcess()).resource("one", { config: project.api.config, stack: "dev" });
    const other = (await newProcess()).resource("other", { config: project.api.config, stack: "prod" });
    await one.up(args(["192.0.2.1", "192.0.2.9"]));
    await other.up(args(["192.0.2.2", "192.0.2.9"]));
    await one.destroy();
    expect(list()).toEqual([...FOREIGN, "192.0.2.2"]);
    expect(await other.refresh()).toBe(true);
    await other.up(args(["192.0.2.2", "192.0.2.9"]));
    expect(list()).toEqual([...FOREIGN, "192.0.2.2", "192.0.2.9"]);
    await other.destroy();
    expect(list()).toEqual(FOREIGN);
  });
});
