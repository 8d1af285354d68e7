import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { failure, markFailed, newProcess, SHORT_WAITS } from "../support/ipAllowlist/process";
import { FOREIGN, OURS, useProject } from "../support/ipAllowlist/project";

const project = useProject();
const { begin, allowlist, wish, list, set, methods, lines } = project;

describe("writers outside", () => {
  test("who had read the list before us and write it back over ours keep theirs, and ours are put back", async () => {
    project.api.faults.add({ method: "PATCH", after: () => set(...FOREIGN, "203.0.113.5") });
    await allowlist().up(wish(OURS));
    expect(list()).toEqual([...FOREIGN, "203.0.113.5", ...OURS]);
  });

  test("who do so a moment later are noticed by the second look", async () => {
    project.run = await newProcess({ ...SHORT_WAITS, secondLook: 300 });
    project.api.faults.add({
      method: "PATCH",
      after: () => void sleep(100).then(() => set(...FOREIGN, "203.0.113.5")),
    });
    await allowlist().up(wish(OURS));
    expect(list()).toEqual([...FOREIGN, "203.0.113.5", ...OURS]);
  });

  test("who put ours back after we took them out wish for them: they stay, and that is said", async () => {
    const resource = allowlist();
    await resource.up(wish(OURS));
    const before = list() ?? [];
    project.api.faults.add({ method: "PATCH", after: () => set(...before, "203.0.113.5") });
    await resource.destroy();
    expect(list()).toEqual([...FOREIGN, ...OURS, "203.0.113.5"]);
    expect(lines()).toContain("192.0.2.1, 192.0.2.2 stay in the list");
  });

  test("who put one back while we write, after another spelling stood for it, keep it on delete", async () => {
    const resource = allowlist();
    await resource.up(wish(OURS));
    set(...FOREIGN, "192.0.2.1/32", "192.0.2.2");
    project.api.faults.add({ method: "PATCH", after: () => set(...(list() ?? []), "192.0.2.1") });
    await resource.up(wish([...OURS, "192.0.2.3"]));
    expect(resource.outputs).toMatchObject({ added: ["192.0.2.2", "192.0.2.3"] });
    await resource.destroy();
    expect(list()).toEqual([...FOREIGN, "192.0.2.1/32", "192.0.2.1"]);
  });

  test("who edit while Neon refuses us lose nothing: the write is made of what is there then", async () => {
    project.api.faults.add({
      method: "PATCH",
      status: 423,
      times: 3,
      after: () => set(...(list() ?? []), "203.0.113.5"),
    });
    await allowlist().up(wish(OURS));
    expect(list()).toEqual([...FOREIGN, "203.0.113.5", "203.0.113.5", "203.0.113.5", ...OURS]);
  });

  test("who undo it every time end it with an error, and the next run mends it", async () => {
    const resource = allowlist();
    project.api.faults.add({ method: "PATCH", times: 1000, after: () => set(...FOREIGN) });
    expect(await failure(resource.up(wish(OURS)))).toMatch(
      /is being changed by somebody else all the time: .*192.0.2.1/,
    );
    project.api.faults.clear();
    markFailed(resource);
    await resource.up(wish(OURS));
    expect(list()).toEqual([...FOREIGN, ...OURS]);
    await resource.destroy();
    expect(list()).toEqual(FOREIGN);
  });

  test("who undo protected_branches_only every time end it with an error that names it", async () => {
    const settings = project.api.project.settings;
    project.api.faults.add({
      method: "PATCH",
      times: 1000,
      after: () => void Object.assign(settings.allowed_ips, { protected_branches_only: false }),
    });
    expect(await failure(allowlist().up(wish(OURS, { protectedBranchesOnly: true })))).toMatch(
      /what we wrote of protected_branches_only = true did not stay/,
    );
  });

  test("lose only what they write between our reading and our writing, which follow each other at once", async () => {
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
        .up(wish([`198.18.0.${edits}`]));
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
    // One round trip of code that runs for the first time, and nothing that is waited for in between.
    expect(window).toBeLessThan(50 * (roundTrip ?? 0));
  });
});

describe("two resources on one project", () => {
  test("of one run, in parallel, both have what they wish for", async () => {
    const [one, other] = [allowlist("one"), allowlist("other")];
    await Promise.all([one.up(wish(["192.0.2.1", "192.0.2.9"])), other.up(wish(["192.0.2.2", "192.0.2.9"]))]);
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

  test("of two stacks in processes of their own, in parallel, both have what they wish for, 25 times", async () => {
    for (let round = 0; round < 25; round++) {
      await begin();
      const one = (await newProcess()).resource("one", { config: project.api.config, stack: "dev" });
      const other = (await newProcess()).resource("other", { config: project.api.config, stack: "prod" });
      // Both read the same list before either writes, so that the second write undoes the first.
      project.api.faults.add({ method: "PATCH", delayMs: 5, times: 2 });
      await Promise.all([one.up(wish(["192.0.2.1", "192.0.2.9"])), other.up(wish(["192.0.2.2", "192.0.2.9"]))]);
      expect([...(list() ?? [])].sort()).toEqual([...FOREIGN, "192.0.2.1", "192.0.2.2", "192.0.2.9"].sort());
      expect([await one.refresh(), await other.refresh()]).toEqual([false, false]);
    }
  });

  test("destroying the one that added a shared address takes it from the other, whose refresh shows it and up mends it", async () => {
    const one = (await newProcess()).resource("one", { config: project.api.config, stack: "dev" });
    const other = (await newProcess()).resource("other", { config: project.api.config, stack: "prod" });
    await one.up(wish(["192.0.2.1", "192.0.2.9"]));
    await other.up(wish(["192.0.2.2", "192.0.2.9"]));
    await one.destroy();
    expect(list()).toEqual([...FOREIGN, "192.0.2.2"]);
    expect(await other.refresh()).toBe(true);
    await other.up(wish(["192.0.2.2", "192.0.2.9"]));
    expect(list()).toEqual([...FOREIGN, "192.0.2.2", "192.0.2.9"]);
    await other.destroy();
    expect(list()).toEqual(FOREIGN);
  });
});
