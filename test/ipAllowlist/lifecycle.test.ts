import { describe, expect, test } from "vitest";
import { failure, markFailed } from "../support/ipAllowlist/process";
import { FOREIGN, OURS, useProject } from "../support/ipAllowlist/project";

const project = useProject();
const { begin, allowlist, wish, list, set, patches, methods, lines } = project;

describe("merging", () => {
  test("puts ours behind what is there, which keeps order, spelling and protected_branches_only", async () => {
    await begin({ allowedIps: FOREIGN, protectedBranchesOnly: true });
    const resource = allowlist();
    const { outputs } = await resource.up(wish(OURS));
    expect(project.api.project.settings.allowed_ips).toEqual({
      ips: [...FOREIGN, ...OURS],
      protected_branches_only: true,
    });
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
    await resource.destroy();
    expect(list()).toEqual([...FOREIGN, "198.51.100.7/24"]);
    expect(lines()).toContain("198.51.100.0/24 stay in the list");
  });

  test("an entry of ours that a refresh or an update saw in another spelling is theirs, also where ours comes back", async () => {
    for (const see of ["refresh", "update"]) {
      await begin();
      const resource = allowlist(see);
      await resource.up(wish(["198.51.100.0/24"]));
      set(...FOREIGN, "198.51.100.7/24");
      if (see === "refresh") expect(await resource.refresh()).toBe(false);
      else await resource.up(wish(["198.51.100.0/24", "192.0.2.1"]));
      set(...FOREIGN, "198.51.100.0/24");
      await resource.destroy();
      expect(list()).toEqual([...FOREIGN, "198.51.100.0/24"]);
    }
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
    await resource.up({ projectId: project.api.projectId, clickPipesRegion });
    const before = resource.outputs.addresses;
    const moved = { ...clickPipesRegion, serviceCreated: "2026-01-20" };
    await resource.up({ projectId: project.api.projectId, clickPipesRegion: moved });
    expect(resource.outputs.addresses).not.toEqual(before);
    expect(list()).toEqual([...FOREIGN, ...(resource.outputs.addresses as string[])]);
  });

  test("a region in no table gets the default region's addresses and a warning", async () => {
    await allowlist().up({
      projectId: project.api.projectId,
      clickPipesRegion: { cloud: "aws", region: "eu-south-2" },
    });
    expect(lines()).toContain("region eu-south-2 of aws is in no table of ClickPipes addresses");
    expect(list()).toContain("18.195.233.217");
  });
});

describe("protected_branches_only", () => {
  const protectedOnly = () => project.api.project.settings.allowed_ips.protected_branches_only;

  test("is changed where it is asked for, and put back on delete", async () => {
    const resource = allowlist();
    await resource.up(wish(OURS, { protectedBranchesOnly: true }));
    expect(protectedOnly()).toBe(true);
    expect(await resource.refresh()).toBe(false);
    await resource.destroy();
    expect(project.api.project.settings.allowed_ips).toEqual({ ips: FOREIGN, protected_branches_only: false });
  });

  test("is put back when it is asked for no longer", async () => {
    const resource = allowlist();
    await resource.up(wish(OURS, { protectedBranchesOnly: true }));
    await resource.up(wish(OURS));
    expect(protectedOnly()).toBe(false);
    expect(await resource.refresh()).toBe(false);
  });

  test("is put back by the next run where the one that should have done so failed", async () => {
    const resource = allowlist();
    await resource.up(wish(OURS, { protectedBranchesOnly: true }));
    project.api.faults.add({ method: "PATCH", cut: "before", times: 4 });
    expect(await failure(resource.up(wish(OURS)))).toContain("got no answer");
    markFailed(resource);
    await resource.up(wish(OURS));
    expect(protectedOnly()).toBe(false);
  });

  test("shows in a refresh where somebody changed it, and is then not put back on delete", async () => {
    await begin({ allowedIps: FOREIGN, protectedBranchesOnly: true });
    const resource = allowlist();
    await resource.up(wish(OURS, { protectedBranchesOnly: false }));
    project.api.project.settings.allowed_ips.protected_branches_only = true;
    expect(await resource.refresh()).toBe(true);
    expect(resource.state?.inputs.protectedBranchesOnly).toBe(true);
    await resource.destroy();
    expect(project.api.project.settings.allowed_ips).toEqual({ ips: FOREIGN, protected_branches_only: true });
  });
});

test("another project replaces the resource", async () => {
  const resource = allowlist();
  await resource.up(wish(OURS));
  const { handler } = await import("../../provider/dynamic/handler.js");
  const state = resource.outputs;
  const diff = handler("IpAllowlist").diff(project.api.projectId, state, { ...state, projectId: "other-river-1" });
  expect(await diff).toEqual({ replaces: ["projectId"], deleteBeforeReplace: true });
});
