import { describe, expect, test } from "vitest";
import { newProcess } from "../support/ipAllowlist/process";
import { FOREIGN, useProject } from "../support/ipAllowlist/project";

const project = useProject();
const { allowlist, args, list } = project;
type Allowlist = ReturnType<typeof allowlist>;

const PROTECTED = { protectedBranchesOnly: true };
const settings = () => project.api.project.settings.allowed_ips;
/** Two resources with one mark, in two components. */
const ORDERS = { path: "acme:index:Orders", namesakes: true };
const BILLING = { path: "acme:index:Billing", namesakes: true };
const inOrders = (ips: string[], more: object = {}) => args(ips, { ...more, ...ORDERS });
const inBilling = (ips: string[], more: object = {}) => args(ips, { ...more, ...BILLING });

/** The resource in a new process, with this state. */
const withState = (state: Allowlist["state"]): Allowlist => Object.assign(allowlist(), { state });

/** Ends the run, so that the states of these resources are saved, and begins another one. */
async function nextRun(...resources: Allowlist[]): Promise<Allowlist[]> {
  for (const resource of resources) project.run.endRun(resource);
  project.run = await newProcess();
  return resources.map(({ state }) => withState(state));
}

describe("two resources that differ in their parents alone", () => {
  test("keep their notes apart if both creates are done and no state is saved", async () => {
    await allowlist().up(inOrders(["192.0.2.1", "192.0.2.9"], PROTECTED));
    await allowlist().up(inBilling(["192.0.2.2", "192.0.2.9"]));
    project.run = await newProcess();
    const [orders, billing] = [allowlist(), allowlist()];
    await billing.up(inBilling(["192.0.2.2", "192.0.2.9"]));
    await orders.up(inOrders(["192.0.2.1", "192.0.2.9"], PROTECTED));
    expect(orders.outputs).toMatchObject({ added: ["192.0.2.1", "192.0.2.9"], protectedBefore: false });
    expect(billing.outputs).toMatchObject({ added: ["192.0.2.2"] });
    for (const resource of await nextRun(orders, billing)) await resource.destroy();
    expect(settings()).toEqual({ ips: FOREIGN, protected_branches_only: false });
  });

  test("keep their notes apart if both updates are done and no state is saved", async () => {
    const [orders, billing] = [allowlist(), allowlist()];
    await orders.up(inOrders(["192.0.2.1"]));
    await billing.up(inBilling(["192.0.2.2"]));
    const [later, other] = await nextRun(orders, billing);
    const states = [structuredClone(later?.state), structuredClone(other?.state)];
    await later?.up(inOrders(["192.0.2.1", "192.0.2.3"]));
    await other?.up(inBilling(["192.0.2.2", "192.0.2.4"]));
    project.run = await newProcess();
    for (const state of states) await withState(state).destroy();
    expect(list()).toEqual(FOREIGN);
  });

  test("leave what the other one lists, in either order, and the last one gives it back in the same run", async () => {
    for (const order of [0, 1]) {
      await project.begin();
      const [orders, billing] = [allowlist(), allowlist()];
      await orders.up(inOrders(["192.0.2.1", "192.0.2.9"], PROTECTED));
      await billing.up(inBilling(["192.0.2.2", "192.0.2.9"], PROTECTED));
      const [first, last] = order === 0 ? [orders, billing] : [billing, orders];
      await first?.destroy();
      expect(list()).toContain("192.0.2.9");
      expect(settings().protected_branches_only).toBe(true);
      await last?.destroy();
      expect(settings()).toEqual({ ips: FOREIGN, protected_branches_only: false });
    }
  });
});

describe.each([
  { title: "of different names", names: ["one", "other"], paths: [{}, {}] },
  { title: "of one name in two components", names: ["one", "one"], paths: [ORDERS, BILLING] },
])("of two resources $title, one of which leaves the program", ({ names, paths }) => {
  /** Both, in the run after the one that created them. */
  async function begun(): Promise<[Allowlist, Allowlist]> {
    const [one, other] = [allowlist(names[0]), allowlist(names[1])];
    await one.up(args(["192.0.2.1", "192.0.2.9"], { ...PROTECTED, ...paths[0] }));
    await other.up(args(["192.0.2.2", "192.0.2.9"], { ...PROTECTED, ...paths[1] }));
    for (const resource of [one, other]) project.run.endRun(resource);
    project.run = await newProcess();
    return [
      Object.assign(allowlist(names[0]), { state: one.state }),
      Object.assign(allowlist(names[1]), { state: other.state }),
    ];
  }

  test("the unchanged one keeps what both list, and gives it back in a later run", async () => {
    const [one, other] = await begun();
    const unchanged = args(["192.0.2.2", "192.0.2.9"], { ...PROTECTED, ...paths[1] });
    expect((await other.up(unchanged)).kind).toBe("same");
    await one.destroy();
    expect(settings()).toEqual({ ips: [...FOREIGN, "192.0.2.9", "192.0.2.2"], protected_branches_only: true });
    project.run.endRun(other);
    project.run = await newProcess();
    const last = Object.assign(allowlist(names[1]), { state: other.state });
    expect(await last.refresh()).toBe(false);
    await last.destroy();
    expect(settings()).toEqual({ ips: FOREIGN, protected_branches_only: false });
  });

  test("the other one keeps what both list even if Neon refuses its update in that run", async () => {
    const [one, other] = await begun();
    project.api.faults.add({ method: "PATCH", status: 403 });
    const wanted = args(["192.0.2.2", "192.0.2.3", "192.0.2.9"], { ...PROTECTED, ...paths[1] });
    await expect(other.up(wanted)).rejects.toThrow("HTTP 403");
    await one.destroy();
    expect(list()).toEqual([...FOREIGN, "192.0.2.9", "192.0.2.2"]);
    project.run = await newProcess();
    const later = Object.assign(allowlist(names[1]), { state: other.state });
    await later.up(wanted);
    await later.destroy();
    expect(settings()).toEqual({ ips: FOREIGN, protected_branches_only: false });
  });
});
