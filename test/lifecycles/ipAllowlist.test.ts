import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from "vitest";
import { type NeonApi, startNeonApi } from "../clients/neonApi";
import type { Managed } from "../support/managed";
import type { LocalNeonOptions } from "../support/neon";
import { failure, markFailed, newProcess, type ProviderProcess, SHORT_WAITS } from "./ipAllowlistProcess";

const FOREIGN = ["10.1.2.3/8", "2001:DB8::7", "typo", "10.1.2.3/8"];
const OURS = ["192.0.2.1", "192.0.2.2"];
let api: NeonApi;
let run: ProviderProcess;
let said: MockInstance<typeof console.error>;

async function begin(options: LocalNeonOptions = { allowedIps: FOREIGN }): Promise<void> {
  await api?.stop();
  api = await startNeonApi(options);
}

beforeEach(async () => {
  said = vi.spyOn(console, "error").mockImplementation(() => {});
  run = await newProcess();
  await begin();
});
afterEach(async () => {
  said.mockRestore();
  await api.stop();
});

const allowlist = (name = "allowlist", stack?: string): Managed => run.resource(name, { config: api.config, stack });
const wish = (ips: string[], more: object = {}) => ({ projectId: api.projectId, ips, ...more });
const list = () => api.project.settings.allowed_ips.ips;
const set = (...ips: string[]) => {
  api.project.settings.allowed_ips = { ...api.project.settings.allowed_ips, ips };
};
const patches = () => api.requests.filter(({ method }) => method === "PATCH");
const methods = () => api.requests.map(({ method }) => method).join(" ");
const lines = () => said.mock.calls.flat().join("\n");

describe("merging", () => {
  test("puts ours behind what is there, which keeps order, spelling and protected_branches_only", async () => {
    await begin({ allowedIps: FOREIGN, protectedBranchesOnly: true });
    const resource = allowlist();
    const { outputs } = await resource.up(wish(OURS));
    expect(api.project.settings.allowed_ips).toEqual({ ips: [...FOREIGN, ...OURS], protected_branches_only: true });
    expect(outputs).toMatchObject({ addresses: OURS, effective: "restricted" });
    expect(methods()).toBe("GET PATCH GET GET");
    expect((await resource.up(wish(OURS))).kind).toBe("same");
    expect(await resource.refresh()).toBe(false);
    expect(patches()).toHaveLength(1);
  });

  test("takes out what it put in, and leaves the list as it was", async () => {
    const resource = allowlist();
    await resource.up(wish(OURS));
    await resource.destroy();
    expect(list()).toEqual(FOREIGN);
  });

  test("an entry that was there before us, in whatever spelling, is shared: not written again, and left on delete", async () => {
    set("192.0.2.1/32", "2001:DB8:0:0::1", "198.51.100.0-198.51.100.255");
    const before = list();
    const resource = allowlist();
    await resource.up(wish(["192.0.2.1", "2001:db8::1", "198.51.100.7/24"]));
    await resource.destroy();
    expect(list()).toEqual(before);
    expect(patches()).toEqual([]);
  });

  test("what is wished for no longer is taken out, what others put in beside it stays", async () => {
    const resource = allowlist();
    await resource.up(wish(["192.0.2.1", "198.51.100.0/24"]));
    set(...(list() ?? []), "198.51.100.9/24", "203.0.113.5");
    await resource.up(wish(["192.0.2.1", "192.0.2.2"]));
    expect(list()).toEqual([...FOREIGN, "192.0.2.1", "198.51.100.9/24", "203.0.113.5", "192.0.2.2"]);
    await resource.destroy();
    expect(list()).toEqual([...FOREIGN, "198.51.100.9/24", "203.0.113.5"]);
  });

  test("an entry of ours that somebody wrote anew in another spelling is theirs: it stays, and that is said", async () => {
    const resource = allowlist();
    await resource.up(wish(["198.51.100.0/24"]));
    set(...FOREIGN, "198.51.100.7/24");
    expect(await resource.refresh()).toBe(false);
    await resource.destroy();
    expect(list()).toEqual([...FOREIGN, "198.51.100.7/24"]);
    expect(lines()).toContain("198.51.100.0/24 stay in the list");
  });

  test("an entry of ours that somebody took out shows in a refresh, and up puts it back", async () => {
    const resource = allowlist();
    await resource.up(wish(OURS));
    set(...FOREIGN, "192.0.2.2");
    expect(await resource.refresh()).toBe(true);
    expect(resource.state?.inputs.addresses).toEqual(["192.0.2.2"]);
    expect((await resource.up(wish(OURS))).kind).toBe("update");
    expect(list()).toEqual([...FOREIGN, "192.0.2.2", "192.0.2.1"]);
    await resource.destroy();
    expect(list()).toEqual(FOREIGN);
  });

  test("an entry of ours that a refresh saw gone, and that somebody puts in again, is theirs and stays", async () => {
    const resource = allowlist();
    await resource.up(wish(OURS));
    set(...FOREIGN, "192.0.2.2");
    await resource.refresh();
    set(...FOREIGN, "192.0.2.2", "192.0.2.1");
    await resource.up(wish(OURS));
    expect(patches()).toHaveLength(1);
    await resource.destroy();
    expect(list()).toEqual([...FOREIGN, "192.0.2.1"]);
  });

  test("a region whose table of addresses has changed shows as another list of addresses", async () => {
    const resource = allowlist();
    const clickPipesRegion = { cloud: "aws", region: "eu-west-1", serviceCreated: "2026-01-19" };
    await resource.up({ projectId: api.projectId, clickPipesRegion });
    const before = resource.outputs.addresses;
    const moved = { ...clickPipesRegion, serviceCreated: "2026-01-20" };
    await resource.up({ projectId: api.projectId, clickPipesRegion: moved });
    expect(resource.outputs.addresses).not.toEqual(before);
    expect(list()).toEqual([...FOREIGN, ...(resource.outputs.addresses as string[])]);
  });

  test("a region in no table gets the default region's addresses and a warning", async () => {
    await allowlist().up({ projectId: api.projectId, clickPipesRegion: { cloud: "aws", region: "eu-south-2" } });
    expect(lines()).toContain("region eu-south-2 of aws is in no table of ClickPipes addresses");
    expect(list()).toContain("18.195.233.217");
  });
});

describe("protected_branches_only", () => {
  const protectedOnly = () => api.project.settings.allowed_ips.protected_branches_only;

  test("is changed where it is asked for, and put back on delete", async () => {
    const resource = allowlist();
    await resource.up(wish(OURS, { protectedBranchesOnly: true }));
    expect(protectedOnly()).toBe(true);
    expect(await resource.refresh()).toBe(false);
    await resource.destroy();
    expect(api.project.settings.allowed_ips).toEqual({ ips: FOREIGN, protected_branches_only: false });
  });

  test("is put back when it is asked for no longer", async () => {
    const resource = allowlist();
    await resource.up(wish(OURS, { protectedBranchesOnly: true }));
    await resource.up(wish(OURS));
    expect(protectedOnly()).toBe(false);
    expect(await resource.refresh()).toBe(false);
  });

  test("shows in a refresh where somebody changed it, and is then not put back on delete", async () => {
    await begin({ allowedIps: FOREIGN, protectedBranchesOnly: true });
    const resource = allowlist();
    await resource.up(wish(OURS, { protectedBranchesOnly: false }));
    api.project.settings.allowed_ips.protected_branches_only = true;
    expect(await resource.refresh()).toBe(true);
    expect(resource.state?.inputs.protectedBranchesOnly).toBe(true);
    await resource.destroy();
    expect(api.project.settings.allowed_ips).toEqual({ ips: FOREIGN, protected_branches_only: true });
  });
});

describe("an open list", () => {
  beforeEach(() => begin({ allowedIps: [] }));

  test("is left open, and that is said", async () => {
    const resource = allowlist();
    expect((await resource.up(wish(OURS))).outputs.effective).toBe("open");
    expect(lines()).toContain("is empty, so everybody may connect: it is left so");
    expect(await resource.refresh()).toBe(false);
    await resource.destroy();
    expect(patches()).toEqual([]);
    expect(list()).toEqual([]);
  });

  test("that somebody closes later shows in a refresh, and up puts ours in", async () => {
    const resource = allowlist();
    await resource.up(wish(OURS));
    set(...FOREIGN);
    expect(await resource.refresh()).toBe(true);
    expect((await resource.up(wish(OURS))).outputs.effective).toBe("restricted");
    expect(list()).toEqual([...FOREIGN, ...OURS]);
    await resource.destroy();
    expect(list()).toEqual(FOREIGN);
  });

  test("is not changed in what it says of protected branches", async () => {
    const resource = allowlist();
    await resource.up(wish(OURS, { protectedBranchesOnly: true }));
    expect(await resource.refresh()).toBe(false);
    expect(patches()).toEqual([]);
  });
});

describe("a list that was emptied since", () => {
  test("is drift at a refresh, and left open by up, with a warning", async () => {
    const resource = allowlist();
    await resource.up(wish(OURS));
    set();
    expect(await resource.refresh()).toBe(true);
    expect(resource.drift.join()).toContain("was emptied: it is open to the world, and `pulumi up` leaves it so");
    expect((await resource.up(wish(OURS))).outputs.effective).toBe("open");
    expect(list()).toEqual([]);
    expect(patches()).toHaveLength(1);
  });

  test("is left open by an update without a refresh too, which says so", async () => {
    const resource = allowlist();
    await resource.up(wish(OURS));
    set();
    expect((await resource.up(wish(["192.0.2.9"]))).outputs.effective).toBe("open");
    expect(lines()).toContain("was emptied: it is open to the world, and left so");
    expect(list()).toEqual([]);
  });

  test("just after we wrote it, by somebody else, is left open", async () => {
    api.faults.add({ method: "PATCH", after: () => set() });
    expect((await allowlist().up(wish(OURS))).outputs.effective).toBe("open");
    expect(list()).toEqual([]);
    expect(patches()).toHaveLength(1);
  });
});

describe("a delete that would open the list", () => {
  beforeEach(() => begin({ allowedIps: ["10.0.0.1"] }));

  test("is refused without consent, changes nothing, and goes through with it", async () => {
    const resource = allowlist();
    await resource.up(wish(OURS));
    set(...OURS);
    expect(await failure(resource.destroy())).toMatch(
      /would be empty, and so open to the world.*set `allowOpenOnDelete: true`, run `pulumi up`, then destroy again/,
    );
    expect(list()).toEqual(OURS);
    await resource.up(wish(OURS, { allowOpenOnDelete: true }));
    await resource.destroy();
    expect(list()).toEqual([]);
    expect(lines()).toContain("is empty now: everybody may connect");
  });

  test("is none where somebody wrote one of ours once more", async () => {
    const resource = allowlist();
    await resource.up(wish(OURS));
    set(...OURS, OURS[0] as string);
    await resource.destroy();
    expect(list()).toEqual([OURS[0]]);
  });

  test("because somebody took the last other entry out meanwhile, is refused too", async () => {
    const resource = allowlist();
    await resource.up(wish(OURS));
    api.faults.add({ method: "PATCH", status: 423, after: () => set(...OURS) });
    expect(await failure(resource.destroy())).toContain("would be empty");
    expect(list()).toEqual(OURS);
  });
});

describe("writers outside", () => {
  test("who had read the list before us and write it back over ours keep theirs, and ours are put back", async () => {
    api.faults.add({ method: "PATCH", after: () => set(...FOREIGN, "203.0.113.5") });
    await allowlist().up(wish(OURS));
    expect(list()).toEqual([...FOREIGN, "203.0.113.5", ...OURS]);
  });

  test("who do so a moment later are noticed by the second look", async () => {
    run = await newProcess({ ...SHORT_WAITS, secondLook: 300 });
    api.faults.add({ method: "PATCH", after: () => void sleep(100).then(() => set(...FOREIGN, "203.0.113.5")) });
    await allowlist().up(wish(OURS));
    expect(list()).toEqual([...FOREIGN, "203.0.113.5", ...OURS]);
  });

  test("who put ours back after we took them out wish for them: they stay, and that is said", async () => {
    const resource = allowlist();
    await resource.up(wish(OURS));
    const before = list() ?? [];
    api.faults.add({ method: "PATCH", after: () => set(...before, "203.0.113.5") });
    await resource.destroy();
    expect(list()).toEqual([...FOREIGN, ...OURS, "203.0.113.5"]);
    expect(lines()).toContain("192.0.2.1, 192.0.2.2 stay in the list");
  });

  test("who edit while Neon refuses us lose nothing: the write is made of what is there then", async () => {
    api.faults.add({ method: "PATCH", status: 423, times: 3, after: () => set(...(list() ?? []), "203.0.113.5") });
    await allowlist().up(wish(OURS));
    expect(list()).toEqual([...FOREIGN, "203.0.113.5", "203.0.113.5", "203.0.113.5", ...OURS]);
  });

  test("who undo it every time end it with an error, and the next run mends it", async () => {
    const resource = allowlist();
    api.faults.add({ method: "PATCH", times: 1000, after: () => set(...FOREIGN) });
    expect(await failure(resource.up(wish(OURS)))).toMatch(
      /is being changed by somebody else all the time: .*192.0.2.1/,
    );
    api.faults.clear();
    markFailed(resource);
    await resource.up(wish(OURS));
    expect(list()).toEqual([...FOREIGN, ...OURS]);
    await resource.destroy();
    expect(list()).toEqual(FOREIGN);
  });

  test("lose only what they write between our reading and our writing, which follow each other at once", async () => {
    const windows: number[] = [];
    for (let edits = 0; edits < 100; edits++) {
      const times: number[] = [];
      const note = () => void times.push(performance.now());
      api.faults.clear();
      api.faults.add({ method: "GET", after: note });
      api.faults.add({ method: "PATCH", before: note });
      api.requests.length = 0;
      await (await newProcess({ secondLook: 0 }))
        .resource("allowlist", { config: api.config })
        .up(wish([`198.18.0.${edits}`]));
      expect(methods()).toMatch(/^GET PATCH GET/);
      const [read = 0, written = 0] = times;
      windows.push(written - read);
    }
    const sorted = windows.sort((a, b) => a - b);
    console.info(
      `window from read to write: median ${sorted[50]?.toFixed(1)} ms, longest ${sorted.at(-1)?.toFixed(1)} ms`,
    );
    expect(sorted[50]).toBeLessThan(50);
  });
});

describe("two resources on one project", () => {
  test("of one run, in parallel, both have what they wish for", async () => {
    const [one, other] = [allowlist("one"), allowlist("other")];
    await Promise.all([one.up(wish(["192.0.2.1", "192.0.2.9"])), other.up(wish(["192.0.2.2", "192.0.2.9"]))]);
    expect([...(list() ?? [])].sort()).toEqual([...FOREIGN, "192.0.2.1", "192.0.2.2", "192.0.2.9"].sort());
    expect([await one.refresh(), await other.refresh()]).toEqual([false, false]);
    run = await newProcess();
    const later = [
      run.continued(one, "one", { config: api.config }),
      run.continued(other, "other", { config: api.config }),
    ];
    await Promise.all(later.map((each) => each.destroy()));
    expect(list()).toEqual(FOREIGN);
  });

  test("of two stacks in processes of their own, in parallel, both have what they wish for, 25 times", async () => {
    for (let round = 0; round < 25; round++) {
      await begin();
      const one = (await newProcess()).resource("one", { config: api.config, stack: "dev" });
      const other = (await newProcess()).resource("other", { config: api.config, stack: "prod" });
      // Both read the same list before either writes, so that the second write undoes the first.
      api.faults.add({ method: "PATCH", delayMs: 5, times: 2 });
      await Promise.all([one.up(wish(["192.0.2.1", "192.0.2.9"])), other.up(wish(["192.0.2.2", "192.0.2.9"]))]);
      expect([...(list() ?? [])].sort()).toEqual([...FOREIGN, "192.0.2.1", "192.0.2.2", "192.0.2.9"].sort());
      expect([await one.refresh(), await other.refresh()]).toEqual([false, false]);
    }
  });

  test("destroying the one that added a shared address takes it from the other, whose refresh shows it and up mends it", async () => {
    const one = (await newProcess()).resource("one", { config: api.config, stack: "dev" });
    const other = (await newProcess()).resource("other", { config: api.config, stack: "prod" });
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

  test("an address that goes over from one to the other in one run stays, whichever comes first", async () => {
    for (const order of [0, 1]) {
      await begin();
      const [one, other] = [allowlist(`one ${order}`), allowlist(`other ${order}`)];
      await one.up(wish(["192.0.2.1", "192.0.2.9"]));
      await other.up(wish(["192.0.2.2"]));
      const steps = [() => one.up(wish(["192.0.2.1"])), () => other.up(wish(["192.0.2.2", "192.0.2.9"]))];
      for (const step of order === 0 ? steps : steps.reverse()) await step();
      expect(list()).toContain("192.0.2.9");
    }
  });

  test("a resource renamed in the program without an alias is made anew before the old one is deleted, and nothing is lost", async () => {
    const old = allowlist("old");
    await old.up(wish(OURS));
    run = await newProcess();
    const renamed = allowlist("new");
    await renamed.up(wish(OURS));
    await run.continued(old, "old", { config: api.config }).destroy();
    expect(list()).toEqual([...FOREIGN, ...OURS]);
  });
});

describe("a run that fails half-way", () => {
  test("keeps in the state what it added, so that the next one goes on and delete takes it out", async () => {
    const resource = allowlist();
    api.faults.add({ method: "GET", skip: 1, status: 500, times: 4 });
    expect(await failure(resource.up(wish(OURS)))).toContain("HTTP 500");
    expect(list()).toEqual([...FOREIGN, ...OURS]);
    expect(resource.outputs).toMatchObject({ added: OURS, addresses: OURS });
    markFailed(resource);
    await resource.up(wish(OURS));
    await resource.destroy();
    expect(list()).toEqual(FOREIGN);
  });

  test("whose write was never carried out leaves no resource and no trace", async () => {
    const resource = allowlist();
    api.faults.add({ method: "PATCH", status: 409, times: 1000 });
    expect(await failure(resource.up(wish(OURS)))).toContain("HTTP 409");
    expect(resource.state).toBeUndefined();
    expect(list()).toEqual(FOREIGN);
  });

  test("whose write died before or after it was carried out is decided by reading", async () => {
    for (const cut of ["before", "after"] as const) {
      await begin();
      api.faults.add({ method: "PATCH", cut });
      const resource = allowlist();
      await resource.up(wish(OURS));
      expect(list()).toEqual([...FOREIGN, ...OURS]);
      expect(patches()).toHaveLength(cut === "before" ? 2 : 1);
      await resource.destroy();
      expect(list()).toEqual(FOREIGN);
    }
  });

  test("of an update keeps what was ours before", async () => {
    const resource = allowlist();
    await resource.up(wish(["192.0.2.1"]));
    api.faults.add({ method: "GET", skip: 1, status: 500, times: 4 });
    expect(await failure(resource.up(wish(["192.0.2.2"])))).toContain("HTTP 500");
    await resource.destroy();
    expect(list()).toEqual(FOREIGN);
  });
});

describe("what Neon refuses", () => {
  test.each([402, 403, 422])("HTTP %s for the list says that the plan may lack IP Allow", async (status) => {
    api.faults.add({ method: "PATCH", status, body: { code: "", message: "not on this plan" } });
    expect(await failure(allowlist().up(wish(OURS)))).toMatch(
      /Neon refused to change the IP Allow list .* IP Allow is part of Neon's Scale plan, .* HTTP \d+ \(not on this plan\).*Request id/,
    );
    expect(list()).toEqual(FOREIGN);
  });

  test.each([
    [401, "the API key is not valid: check `neonApiKey`"],
    [403, "the API key has no right to do this"],
    [404, "there is no such project, or the API key cannot see it"],
  ])("HTTP %s for the project is clear, before anything is written", async (status, advice) => {
    api.faults.add({ status, times: 1000 });
    const message = await failure(allowlist().up(wish(OURS)));
    expect(message).toContain(advice);
    expect(message).not.toContain(api.key);
    expect(patches()).toEqual([]);
  });

  test("a project that does not exist", async () => {
    const message = await failure(allowlist().up(wish(OURS, { projectId: "other-river-1" })));
    expect(message).toMatch(/HTTP 404 .*: there is no such project, or the API key cannot see it/);
  });

  test("a project that is gone when the resource is deleted: how to take it out of the state", async () => {
    const resource = allowlist();
    await resource.up(wish(OURS));
    api.faults.add({ status: 404, times: 1000 });
    expect(await failure(resource.destroy())).toContain("take this resource out of the state: `pulumi state delete");
  });

  test("blocked public connections: refused before anything is written, drift at a refresh, no hindrance to a delete", async () => {
    const resource = allowlist();
    api.project.settings.block_public_connections = true;
    expect(await failure(resource.up(wish(OURS)))).toMatch(/blocks public connections, so ClickPipes cannot reach it/);
    expect(patches()).toEqual([]);
    api.project.settings.block_public_connections = false;
    await resource.up(wish(OURS));
    api.project.settings.block_public_connections = true;
    expect(await resource.refresh()).toBe(true);
    expect(resource.drift.join()).toContain("blocks public connections");
    await resource.destroy();
    expect(list()).toEqual(FOREIGN);
  });
});

test("another project replaces the resource", async () => {
  const resource = allowlist();
  await resource.up(wish(OURS));
  const { handler } = await import("../../provider/handler.js");
  const state = resource.outputs;
  const diff = handler("IpAllowlist").diff(api.projectId, state, { ...state, projectId: "other-river-1" });
  expect(await diff).toEqual({ replaces: ["projectId"], deleteBeforeReplace: true });
});
