import { describe, expect, test } from "vitest";
import { failure, markFailed } from "../support/ipAllowlist/process";
import { FOREIGN, OURS, useProject } from "../support/ipAllowlist/project";

const project = useProject();
const { begin, allowlist, args, list, set, patches, methods, lines } = project;

describe("merging", () => {
  test("adds the resource's addresses after the entries of others, which keep order, spelling and protected_branches_only", async () => {
    await begin({ allowedIps: FOREIGN, protectedBranchesOnly: true });
    const resource = allowlist();
    const { outputs } = await resource.up(args(OURS));
    expect(project.api.project.settings.allowed_ips).toEqual({
      ips: [...FOREIGN, ...OURS],
      protected_branches_only: true,
    });
    expect(outputs).toMatchObject({ addresses: OURS, effective: "restricted" });
    expect(methods()).toBe("GET PATCH GET GET");
    expect((await resource.up(args(OURS))).kind).toBe("same");
    expect(await resource.refresh()).toBe(false);
    expect(patches()).toHaveLength(1);
  });

  test("is undone by delete, which leaves the list as it was before", async () => {
    const resource = allowlist();
    await resource.up(args(OURS));
    await resource.destroy();
    expect(list()).toEqual(FOREIGN);
  });

  test("shares an entry that was there before in any spelling: it is not written again, and delete leaves it", async () => {
    set("192.0.2.1/32", "2001:DB8:0:0::1", "198.51.100.0-198.51.100.255");
    const before = list();
    const resource = allowlist();
    await resource.up(args(["192.0.2.1", "2001:db8::1", "198.51.100.7/24"]));
    await resource.destroy();
    expect(list()).toEqual(before);
    expect(patches()).toEqual([]);
  });

  test("removes what the program no longer lists, and keeps what other users added", async () => {
    const resource = allowlist();
    await resource.up(args(["192.0.2.1", "198.51.100.0/24"]));
    set(...(list() ?? []), "198.51.100.9/24", "203.0.113.5");
    await resource.up(args(["192.0.2.1", "192.0.2.2"]));
    expect(list()).toEqual([...FOREIGN, "192.0.2.1", "198.51.100.9/24", "203.0.113.5", "192.0.2.2"]);
    await resource.destroy();
    expect(list()).toEqual([...FOREIGN, "198.51.100.9/24", "203.0.113.5"]);
  });

  test("leaves an entry that another user wrote again in another spelling, and delete says so", async () => {
    const resource = allowlist();
    await resource.up(args(["198.51.100.0/24"]));
    set(...FOREIGN, "198.51.100.7/24");
    await resource.destroy();
    expect(list()).toEqual([...FOREIGN, "198.51.100.7/24"]);
    expect(lines()).toContain(
      `left in the IP Allow list of project ${project.api.projectId}: 198.51.100.0/24.\nAnother user added these addresses again.`,
    );
  });

  test("no longer owns an entry that a refresh or an update found in another spelling, even if the first spelling comes back", async () => {
    for (const see of ["refresh", "update"]) {
      await begin();
      const resource = allowlist(see);
      await resource.up(args(["198.51.100.0/24"]));
      set(...FOREIGN, "198.51.100.7/24");
      if (see === "refresh") expect(await resource.refresh()).toBe(false);
      else await resource.up(args(["198.51.100.0/24", "192.0.2.1"]));
      set(...FOREIGN, "198.51.100.0/24");
      await resource.destroy();
      expect(list()).toEqual([...FOREIGN, "198.51.100.0/24"]);
    }
  });

  test("reports an entry that another user removed at a refresh, and up adds it again", async () => {
    const resource = allowlist();
    await resource.up(args(OURS));
    set(...FOREIGN, "192.0.2.2");
    expect(await resource.refresh()).toBe(true);
    expect(resource.state?.inputs.addresses).toEqual(["192.0.2.2"]);
    expect((await resource.up(args(OURS))).kind).toBe("update");
    expect(list()).toEqual([...FOREIGN, "192.0.2.2", "192.0.2.1"]);
    await resource.destroy();
    expect(list()).toEqual(FOREIGN);
  });

  test("no longer owns an entry that a refresh found missing and another user added again", async () => {
    const resource = allowlist();
    await resource.up(args(OURS));
    set(...FOREIGN, "192.0.2.2");
    await resource.refresh();
    set(...FOREIGN, "192.0.2.2", "192.0.2.1");
    await resource.up(args(OURS));
    expect(patches()).toHaveLength(1);
    await resource.destroy();
    expect(list()).toEqual([...FOREIGN, "192.0.2.1"]);
  });

  test("replaces the addresses if the table has others for the region", async () => {
    const resource = allowlist();
    const clickPipesRegion = { cloud: "aws", region: "eu-west-1", serviceCreated: "2026-01-19" };
    await resource.up({ projectId: project.api.projectId, clickPipesRegion });
    const before = resource.outputs.addresses;
    const moved = { ...clickPipesRegion, serviceCreated: "2026-01-20" };
    await resource.up({ projectId: project.api.projectId, clickPipesRegion: moved });
    expect(resource.outputs.addresses).not.toEqual(before);
    expect(list()).toEqual([...FOREIGN, ...(resource.outputs.addresses as string[])]);
  });

  test("uses the default region's addresses for an unknown region, and warns", async () => {
    await allowlist().up({
      projectId: project.api.projectId,
      clickPipesRegion: { cloud: "aws", region: "eu-south-2" },
    });
    expect(lines()).toContain("region eu-south-2 of aws is not in the table of ClickPipes addresses");
    expect(list()).toContain("18.195.233.217");
  });

  test("suggests the region that a misspelt one may mean", async () => {
    await allowlist().up({ projectId: project.api.projectId, clickPipesRegion: { cloud: "aws", region: "us-esat-1" } });
    expect(lines()).toContain("Did you mean us-east-1?");
  });
});

describe("protected_branches_only", () => {
  const protectedOnly = () => project.api.project.settings.allowed_ips.protected_branches_only;

  test("is changed if the program sets it, and restored on delete", async () => {
    const resource = allowlist();
    await resource.up(args(OURS, { protectedBranchesOnly: true }));
    expect(protectedOnly()).toBe(true);
    expect(await resource.refresh()).toBe(false);
    await resource.destroy();
    expect(project.api.project.settings.allowed_ips).toEqual({ ips: FOREIGN, protected_branches_only: false });
  });

  test("is restored if the program no longer sets it", async () => {
    const resource = allowlist();
    await resource.up(args(OURS, { protectedBranchesOnly: true }));
    await resource.up(args(OURS));
    expect(protectedOnly()).toBe(false);
    expect(await resource.refresh()).toBe(false);
  });

  test("is restored by the next run if the run that should have restored it failed", async () => {
    const resource = allowlist();
    await resource.up(args(OURS, { protectedBranchesOnly: true }));
    project.api.faults.add({ method: "PATCH", cut: "before", times: 4 });
    expect(await failure(resource.up(args(OURS)))).toContain("got no answer");
    markFailed(resource);
    await resource.up(args(OURS));
    expect(protectedOnly()).toBe(false);
  });

  test("shows up in a refresh if another user changed it, and delete then does not restore it", async () => {
    await begin({ allowedIps: FOREIGN, protectedBranchesOnly: true });
    const resource = allowlist();
    await resource.up(args(OURS, { protectedBranchesOnly: false }));
    project.api.project.settings.allowed_ips.protected_branches_only = true;
    expect(await resource.refresh()).toBe(true);
    expect(resource.state?.inputs.protectedBranchesOnly).toBe(true);
    await resource.destroy();
    expect(project.api.project.settings.allowed_ips).toEqual({ ips: FOREIGN, protected_branches_only: true });
  });
});

test("another project replaces the resource", async () => {
  const resource = allowlist();
  await resource.up(args(OURS));
  const { handler } = await import("../../provider/dynamic/handler.js");
  const state = resource.outputs;
  const diff = handler("IpAllowlist").diff(project.api.projectId, state, { ...state, projectId: "other-river-1" });
  expect(await diff).toEqual({ replaces: ["projectId"], deleteBeforeReplace: true });
});
