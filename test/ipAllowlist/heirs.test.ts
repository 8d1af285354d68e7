import { describe, expect, test } from "vitest";
import { newProcess } from "../support/ipAllowlist/process";
import { FOREIGN, OURS, useProject } from "../support/ipAllowlist/project";

const project = useProject();
const { begin, allowlist, args, list } = project;
const PROTECTED = { protectedBranchesOnly: true };
const settings = () => project.api.project.settings.allowed_ips;

/** The resource in a run of its own, with the state of the previous run. */
async function later(resource: ReturnType<typeof allowlist>, name: string) {
  project.run.endRun(resource);
  project.run = await newProcess();
  return project.run.continued(resource, name, { config: project.api.config });
}

describe("a resource that is recreated before the old one is deleted", () => {
  test.each([
    ["renamed in the program without an alias", "new"],
    ["replaced by force", "old"],
  ])("because it was %s, keeps every entry, and removes them in the end", async (_, name) => {
    const old = allowlist("old");
    await old.up(args([...OURS, "192.0.2.3"], PROTECTED));
    project.run.endRun(old);
    project.run = await newProcess();
    const recreated = allowlist(name);
    await recreated.up(args(OURS, PROTECTED));
    await project.run.continued(old, "old", { config: project.api.config }).destroy();
    expect(settings()).toEqual({ ips: [...FOREIGN, ...OURS], protected_branches_only: true });
    await (await later(recreated, name)).destroy();
    expect(settings()).toEqual({ ips: FOREIGN, protected_branches_only: false });
  });

  test("has the entries in its state after its next update, so that any machine knows them", async () => {
    const old = allowlist("old");
    await old.up(args(OURS, PROTECTED));
    project.run.endRun(old);
    project.run = await newProcess();
    const recreated = allowlist("new");
    await recreated.up(args(OURS, PROTECTED));
    await project.run.continued(old, "old", { config: project.api.config }).destroy();
    const updated = await later(recreated, "new");
    await updated.up(args([...OURS, "192.0.2.3"], PROTECTED));
    expect(updated.outputs).toMatchObject({ added: [...OURS, "192.0.2.3"], protectedBefore: false });
  });
});

test("an address that moves from one resource to another in one run stays, in either order, and is removed in the end", async () => {
  for (const order of [0, 1]) {
    await begin();
    const [one, other] = [allowlist(`one ${order}`), allowlist(`other ${order}`)];
    await one.up(args(["192.0.2.1", "192.0.2.9"]));
    await other.up(args(["192.0.2.2"]));
    const steps = [() => one.up(args(["192.0.2.1"])), () => other.up(args(["192.0.2.2", "192.0.2.9"]))];
    for (const step of order === 0 ? steps : steps.reverse()) await step();
    expect(list()).toContain("192.0.2.9");
    await (await later(one, `one ${order}`)).destroy();
    expect(list()).toContain("192.0.2.9");
    await (await later(other, `other ${order}`)).destroy();
    expect(list()).toEqual(FOREIGN);
  }
});

test("protected_branches_only that moves to another resource in one run stays, in either order, and is restored in the end", async () => {
  for (const order of [0, 1]) {
    await begin();
    const [one, other] = [allowlist(`one ${order}`), allowlist(`other ${order}`)];
    await one.up(args(["192.0.2.1"], PROTECTED));
    await other.up(args(["192.0.2.2"]));
    project.run.endRun(one);
    project.run.endRun(other);
    const steps = [() => one.up(args(["192.0.2.1"])), () => other.up(args(["192.0.2.2"], PROTECTED))];
    for (const step of order === 0 ? steps : steps.reverse()) await step();
    expect(settings().protected_branches_only).toBe(true);
    await (await later(one, `one ${order}`)).destroy();
    expect(settings().protected_branches_only).toBe(true);
    await (await later(other, `other ${order}`)).destroy();
    expect(settings()).toEqual({ ips: FOREIGN, protected_branches_only: false });
  }
});

test("everything that two resources hand over to a third in one run is undone in the end", async () => {
  const [one, other, heir] = [allowlist("one"), allowlist("other"), allowlist("heir")];
  await one.up(args(["192.0.2.1"], PROTECTED));
  await other.up(args(["192.0.2.2", "192.0.2.9"]));
  for (const resource of [one, other]) project.run.endRun(resource);
  await heir.up(args(["192.0.2.9"], PROTECTED));
  await one.up(args(["192.0.2.1"]));
  await other.up(args(["192.0.2.2"]));
  expect(settings().protected_branches_only).toBe(true);
  await (await later(heir, "heir")).destroy();
  expect(settings()).toEqual({ ips: [...FOREIGN, "192.0.2.1", "192.0.2.2"], protected_branches_only: false });
});
