import { describe, expect, test } from "vitest";
import { newProcess } from "../support/ipAllowlist/process";
import { FOREIGN, OURS, useProject } from "../support/ipAllowlist/project";

const project = useProject();
const { begin, allowlist, wish, list } = project;
const PROTECTED = { protectedBranchesOnly: true };
const settings = () => project.api.project.settings.allowed_ips;

/** Of a run of its own, with the state of the one before. */
async function later(resource: ReturnType<typeof allowlist>, name: string) {
  project.run.endRun(resource);
  project.run = await newProcess();
  return project.run.continued(resource, name, { config: project.api.config });
}

describe("a resource that is made anew before the old one is deleted", () => {
  test.each([
    ["renamed in the program without an alias", "new"],
    ["replaced by force", "old"],
  ])("as it was %s, keeps all, and is the one that takes it out in the end", async (_, name) => {
    const old = allowlist("old");
    await old.up(wish([...OURS, "192.0.2.3"], PROTECTED));
    project.run.endRun(old);
    project.run = await newProcess();
    const anew = allowlist(name);
    await anew.up(wish(OURS, PROTECTED));
    await project.run.continued(old, "old", { config: project.api.config }).destroy();
    expect(settings()).toEqual({ ips: [...FOREIGN, ...OURS], protected_branches_only: true });
    await (await later(anew, name)).destroy();
    expect(settings()).toEqual({ ips: FOREIGN, protected_branches_only: false });
  });

  test("knows after its next update that it is the one, on whatever machine", async () => {
    const old = allowlist("old");
    await old.up(wish(OURS, PROTECTED));
    project.run.endRun(old);
    project.run = await newProcess();
    const anew = allowlist("new");
    await anew.up(wish(OURS, PROTECTED));
    await project.run.continued(old, "old", { config: project.api.config }).destroy();
    const updated = await later(anew, "new");
    await updated.up(wish([...OURS, "192.0.2.3"], PROTECTED));
    expect(updated.outputs).toMatchObject({ added: [...OURS, "192.0.2.3"], protectedBefore: false });
  });
});

test("an address that goes over from one to the other in one run stays, whichever comes first, and goes in the end", async () => {
  for (const order of [0, 1]) {
    await begin();
    const [one, other] = [allowlist(`one ${order}`), allowlist(`other ${order}`)];
    await one.up(wish(["192.0.2.1", "192.0.2.9"]));
    await other.up(wish(["192.0.2.2"]));
    const steps = [() => one.up(wish(["192.0.2.1"])), () => other.up(wish(["192.0.2.2", "192.0.2.9"]))];
    for (const step of order === 0 ? steps : steps.reverse()) await step();
    expect(list()).toContain("192.0.2.9");
    await (await later(one, `one ${order}`)).destroy();
    expect(list()).toContain("192.0.2.9");
    await (await later(other, `other ${order}`)).destroy();
    expect(list()).toEqual(FOREIGN);
  }
});

test("protected_branches_only that goes over in one run stays, whichever comes first, and goes back in the end", async () => {
  for (const order of [0, 1]) {
    await begin();
    const [one, other] = [allowlist(`one ${order}`), allowlist(`other ${order}`)];
    await one.up(wish(["192.0.2.1"], PROTECTED));
    await other.up(wish(["192.0.2.2"]));
    project.run.endRun(one);
    project.run.endRun(other);
    const steps = [() => one.up(wish(["192.0.2.1"])), () => other.up(wish(["192.0.2.2"], PROTECTED))];
    for (const step of order === 0 ? steps : steps.reverse()) await step();
    expect(settings().protected_branches_only).toBe(true);
    await (await later(one, `one ${order}`)).destroy();
    expect(settings().protected_branches_only).toBe(true);
    await (await later(other, `other ${order}`)).destroy();
    expect(settings()).toEqual({ ips: FOREIGN, protected_branches_only: false });
  }
});

test("what two resources hand over to a third in one run all goes back in the end", async () => {
  const [one, other, heir] = [allowlist("one"), allowlist("other"), allowlist("heir")];
  await one.up(wish(["192.0.2.1"], PROTECTED));
  await other.up(wish(["192.0.2.2", "192.0.2.9"]));
  for (const resource of [one, other]) project.run.endRun(resource);
  await heir.up(wish(["192.0.2.9"], PROTECTED));
  await one.up(wish(["192.0.2.1"]));
  await other.up(wish(["192.0.2.2"]));
  expect(settings().protected_branches_only).toBe(true);
  await (await later(heir, "heir")).destroy();
  expect(settings()).toEqual({ ips: [...FOREIGN, "192.0.2.1", "192.0.2.2"], protected_branches_only: false });
});
