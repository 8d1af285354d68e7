import { beforeEach, describe, expect, test } from "vitest";
import { failure, newProcess } from "../support/ipAllowlist/process";
import { FOREIGN, OURS, useProject } from "../support/ipAllowlist/project";

const project = useProject();
const { begin, allowlist, args, list, set, patches, lines } = project;

describe("an open list", () => {
  beforeEach(() => begin({ allowedIps: [] }));

  test("stays open, and the run says so", async () => {
    const resource = allowlist();
    expect((await resource.up(args(OURS))).outputs.effective).toBe("open");
    expect(lines()).toContain('is empty, so anyone can connect.\nIt stays open, because `whenOpen` is "leaveOpen".');
    expect(await resource.refresh()).toBe(false);
    await resource.destroy();
    expect(patches()).toEqual([]);
    expect(list()).toEqual([]);
  });

  test("that another user closes later shows up in a refresh, and up adds the addresses", async () => {
    const resource = allowlist();
    await resource.up(args(OURS));
    set(...FOREIGN);
    expect(await resource.refresh()).toBe(true);
    expect((await resource.up(args(OURS))).outputs.effective).toBe("restricted");
    expect(list()).toEqual([...FOREIGN, ...OURS]);
    await resource.destroy();
    expect(list()).toEqual(FOREIGN);
  });

  test("keeps its setting for protected branches", async () => {
    const resource = allowlist();
    await resource.up(args(OURS, { protectedBranchesOnly: true }));
    expect(await resource.refresh()).toBe(false);
    expect(patches()).toEqual([]);
  });
});

describe("a list that another user emptied", () => {
  test("is drift at a refresh, and up leaves it open", async () => {
    const resource = allowlist();
    await resource.up(args(OURS));
    set();
    expect(await resource.refresh()).toBe(true);
    expect(resource.drift.join()).toContain(
      "was emptied, so the project is open to the world; `pulumi up` leaves it open",
    );
    expect((await resource.up(args(OURS))).outputs.effective).toBe("open");
    expect(list()).toEqual([]);
    expect(patches()).toHaveLength(1);
  });

  test("stays open after an update without a refresh, which warns", async () => {
    const resource = allowlist();
    await resource.up(args(OURS));
    set();
    expect((await resource.up(args(["192.0.2.9"]))).outputs.effective).toBe("open");
    expect(lines()).toContain(
      'was emptied, so the project is open to the world.\nIt stays open, because `whenOpen` is "leaveOpen".',
    );
    expect(list()).toEqual([]);
  });

  test("is a warning at each refresh and up until it is filled again, and drift only once", async () => {
    let resource = allowlist();
    await resource.up(args(OURS));
    set();
    /** In a process of its own, as each run of Pulumi has one. What it answers, and whether it warns. */
    const next = async (work: (resource: ReturnType<typeof allowlist>) => Promise<unknown>) => {
      const before = lines().length;
      project.run = await newProcess();
      resource = Object.assign(allowlist(), { state: resource.state });
      const answer = await work(resource);
      return [answer, /warning: .* was emptied, so the project is open to the world\./.test(lines().slice(before))];
    };
    const refresh = () => next((one) => one.refresh());
    const up = () => next(async (one) => (await one.up(args(OURS))).kind);
    expect([await refresh(), await up()]).toEqual([
      [true, true],
      ["update", true],
    ]);
    expect([await refresh(), await up()]).toEqual([
      [false, true],
      ["same", true],
    ]);
    set(...FOREIGN);
    expect([await refresh(), await up(), await refresh(), await up()]).toEqual([
      [true, false],
      ["update", false],
      [false, false],
      ["same", false],
    ]);
    expect(resource.outputs).not.toHaveProperty("wasClosed");
  });

  test("right after this resource wrote it stays open", async () => {
    project.api.faults.add({ method: "PATCH", after: () => set() });
    expect((await allowlist().up(args(OURS))).outputs.effective).toBe("open");
    expect(list()).toEqual([]);
    expect(patches()).toHaveLength(1);
  });
});

describe("a delete that would open the list", () => {
  beforeEach(() => begin({ allowedIps: ["10.0.0.1"] }));

  test("is refused and changes nothing, unless the state has `allowOpenOnDelete`", async () => {
    const resource = allowlist();
    await resource.up(args(OURS));
    set(...OURS);
    expect(await failure(resource.destroy())).toMatch(
      /empty, and so open to the world\.\n.*\n.*set `allowOpenOnDelete: true`, run `pulumi up`, then destroy again\./,
    );
    expect(list()).toEqual(OURS);
    await resource.up(args(OURS, { allowOpenOnDelete: true }));
    await resource.destroy();
    expect(list()).toEqual([]);
    expect(lines()).toContain("is now empty, so anyone can connect.");
  });

  test("is accepted if another user added one of the addresses once more, which keeps the list closed", async () => {
    const resource = allowlist();
    await resource.up(args(OURS));
    set(...OURS, OURS[0] as string);
    await resource.destroy();
    expect(list()).toEqual([OURS[0]]);
  });

  test("is also refused if another user removes the last other entry during the delete", async () => {
    const resource = allowlist();
    await resource.up(args(OURS));
    project.api.faults.add({ method: "PATCH", status: 423, after: () => set(...OURS) });
    expect(await failure(resource.destroy())).toContain("empty, and so open to the world");
    expect(list()).toEqual(OURS);
  });
});
