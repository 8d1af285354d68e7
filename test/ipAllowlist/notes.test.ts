import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { noteOfEarlierVersion } from "../support/ipAllowlist/notes";
import { newProcess } from "../support/ipAllowlist/process";
import { FOREIGN, OURS, useProject } from "../support/ipAllowlist/project";

const project = useProject();
const { allowlist, args, list, set, lines } = project;
type Allowlist = ReturnType<typeof allowlist>;

const MORE = "192.0.2.3";
const notes = () => readdirSync(join(process.env.PULUMI_HOME ?? "", "neon-clickpipes")).sort();
const withState = (state: Allowlist["state"], name?: string): Allowlist => Object.assign(allowlist(name), { state });

/** The state after a create, in a new process. */
async function created(more: object = {}): Promise<Allowlist["state"]> {
  const resource = allowlist();
  await resource.up(args(OURS, more));
  project.run.endRun(resource);
  project.run = await newProcess();
  return resource.state;
}

/** An update that was carried out, and whose state was never saved. */
async function unsavedUpdate(before: Allowlist["state"], more: object = {}, name?: string): Promise<void> {
  await withState(structuredClone(before), name).up(args([...OURS, MORE], more));
  expect(list()).toContain(MORE);
  project.run = await newProcess();
}

describe("the note of an update that was killed", () => {
  test.each([
    { title: "the program renamed the resource with it", name: "renamed" },
    { title: "the program moved the resource with it", path: "acme:index:Orders" },
    { title: "the program moved and renamed the resource with it", name: "renamed", path: "acme:index:Orders" },
  ])("is found by a destroy if $title", async ({ name, path }) => {
    const state = await created({ path: "" });
    await unsavedUpdate(state, { path }, name);
    await withState(state).destroy();
    expect(list()).toEqual(FOREIGN);
  });

  test("is found by an update if the program renamed and moved the resource afterwards", async () => {
    const state = await created({ path: "" });
    await unsavedUpdate(state, { path: "" });
    const renamed = withState(state, "renamed");
    await renamed.up(args(["192.0.2.1"], { path: "acme:index:Orders" }));
    expect(list()).toEqual([...FOREIGN, "192.0.2.1"]);
    await renamed.destroy();
    expect(list()).toEqual(FOREIGN);
  });

  test("is found though the path moved without an update", async () => {
    const state = await created({ path: "acme:index:Old" });
    const moved = withState(state);
    expect((await moved.up(args(OURS, { path: "acme:index:New" }))).kind).toBe("same");
    await unsavedUpdate(moved.state, { path: "acme:index:New" });
    await withState(moved.state).destroy();
    expect(list()).toEqual(FOREIGN);
  });

  test("counts for no other state", async () => {
    const state = await created();
    await unsavedUpdate(state);
    const other = allowlist();
    await other.up(args([...OURS, MORE]));
    expect(other.outputs).toMatchObject({ added: [] });
  });
});

describe("the note of a create that was killed", () => {
  const EAST = { clickPipesRegion: { cloud: "aws", region: "us-east-1", serviceCreated: "2026-02-01" } };
  const FRANKFURT = { clickPipesRegion: { cloud: "aws", region: "eu-central-1", serviceCreated: "2026-02-01" } };

  test("leads a create with another region and other addresses to what is no longer desired", async () => {
    await allowlist().up(args([...OURS, MORE], { ...EAST, protectedBranchesOnly: true }));
    project.run = await newProcess();
    const resource = allowlist();
    await resource.up(args(["192.0.2.2", "192.0.2.4"], FRANKFURT));
    const addresses = resource.outputs.addresses as string[];
    expect(addresses).toContain("18.195.233.217");
    expect([...(list() ?? [])].sort()).toEqual([...FOREIGN, ...addresses].sort());
    expect([...(resource.outputs.added as string[])].sort()).toEqual([...addresses].sort());
    expect(project.api.project.settings.allowed_ips.protected_branches_only).toBe(false);
    await resource.destroy();
    expect(list()).toEqual(FOREIGN);
  });

  test("leads a third run on if the second one was killed too", async () => {
    await allowlist().up(args([...OURS, MORE]));
    project.run = await newProcess();
    await allowlist().up(args([MORE, "192.0.2.4"]));
    project.run = await newProcess();
    const resource = allowlist();
    await resource.up(args(["192.0.2.4", "192.0.2.5"]));
    expect(list()).toEqual([...FOREIGN, "192.0.2.4", "192.0.2.5"]);
    await resource.destroy();
    expect(list()).toEqual(FOREIGN);
  });

  test("and what another resource handed over to that create, are both known to the next one", async () => {
    const old = await created();
    const heir = allowlist("heir");
    await heir.up(args([...OURS, MORE]));
    await withState(old).destroy();
    expect(list()).toEqual([...FOREIGN, ...OURS, MORE]);
    project.run = await newProcess();
    const resumed = allowlist("heir");
    await resumed.up(args([...OURS, MORE]));
    await resumed.destroy();
    expect(list()).toEqual(FOREIGN);
  });

  test("counts for no resource that has moved away from its identity, and whose state was saved", async () => {
    const resource = allowlist();
    await resource.up(args(OURS, { path: "acme:index:Old" }));
    project.run = await newProcess();
    const moved = withState(resource.state);
    expect((await moved.up(args(OURS, { path: "acme:index:New" }))).kind).toBe("same");
    const another = allowlist();
    await another.up(args(OURS, { path: "acme:index:Old" }));
    expect(another.outputs).toMatchObject({ added: [] });
  });

  test("of a replacement is left alone by the delete of the predecessor", async () => {
    const old = await created();
    await allowlist().up(args([...OURS, MORE]));
    project.run = await newProcess();
    await withState(old).destroy();
    expect(list()).toEqual([...FOREIGN, MORE]);
    expect(lines()).toContain(
      `what another run added to the IP Allow list of project ${project.api.projectId} (${MORE}) belongs to a later create`,
    );
    const resumed = allowlist();
    await resumed.up(args([...OURS, MORE]));
    await resumed.destroy();
    expect(list()).toEqual(FOREIGN);
  });
});

test("a delete removes every note of the resource, also of a create whose process was killed after the state was saved", async () => {
  const before = notes();
  const resource = allowlist();
  await resource.up(args(OURS, { path: "" }));
  project.run = await newProcess();
  expect(notes()).toHaveLength(before.length + 1);
  const later = withState(resource.state, "renamed");
  await later.up(args([...OURS, MORE], { path: "" }));
  project.run = await newProcess();
  await withState(later.state, "renamed").destroy();
  expect(notes()).toEqual(before);
  set(...FOREIGN, ...OURS);
  const recreated = allowlist();
  await recreated.up(args(OURS, { path: "" }));
  expect(recreated.outputs).toMatchObject({ added: [] });
});

describe("the note of an earlier version", () => {
  const ADDED = [...OURS, MORE];
  const leave = (follows: unknown) => {
    set(...FOREIGN, ...ADDED);
    const journal = noteOfEarlierVersion(project.api.projectId, "allowlist");
    journal.write({ added: [MORE], closes: false, ...(typeof follows === "string" && { follows }) });
    return journal;
  };

  test.each(["update", "destroy"])("on an update is read by the next %s, and removed", async (next) => {
    const state = await created();
    const journal = leave(state?.outputs.edition);
    const resource = withState(state);
    if (next === "update") {
      await resource.up(args(["192.0.2.1"]));
      expect(list()).toEqual([...FOREIGN, "192.0.2.1"]);
    }
    await resource.destroy();
    expect(list()).toEqual(FOREIGN);
    expect(journal.read()).toBeUndefined();
  });

  test("on an update counts for no other edition, and stays", async () => {
    const state = await created();
    const journal = leave("another edition");
    await withState(state).destroy();
    expect(list()).toEqual([...FOREIGN, MORE]);
    expect(journal.read()).toBeDefined();
    journal.clear();
  });

  test("on an update with a new name is read by the next update with that name", async () => {
    const state = await created();
    set(...FOREIGN, ...ADDED);
    const journal = noteOfEarlierVersion(project.api.projectId, "renamed");
    journal.write({ added: [MORE], closes: false, follows: String(state?.outputs.edition) });
    await withState(state, "renamed").up(args(OURS));
    expect(list()).toEqual([...FOREIGN, ...OURS]);
    expect(journal.read()).toBeUndefined();
  });

  test("on a create is read by the next create, and removed", async () => {
    const journal = leave(undefined);
    const resource = allowlist();
    await resource.up(args([MORE], { path: "acme:index:Orders" }));
    expect(resource.outputs).toMatchObject({ added: [MORE] });
    expect(journal.read()).toBeUndefined();
  });

  test("on a create is not read if two resources of the program may have written it, and its entries are named", async () => {
    const journal = leave(undefined);
    const resource = allowlist();
    await resource.up(args([MORE], { path: "acme:index:Orders", namesakes: true }));
    expect(resource.outputs).toMatchObject({ added: [] });
    expect(lines()).toContain(`an interrupted run of an earlier version may have added ${MORE} to`);
    expect(journal.read()).toBeUndefined();
  });
});
