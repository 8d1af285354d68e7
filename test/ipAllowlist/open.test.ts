import { beforeEach, describe, expect, test } from "vitest";
import { failure } from "../support/ipAllowlist/process";
import { FOREIGN, OURS, useProject } from "../support/ipAllowlist/project";

const project = useProject();
const { begin, allowlist, wish, list, set, patches, lines } = project;

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
    project.api.faults.add({ method: "PATCH", after: () => set() });
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
    project.api.faults.add({ method: "PATCH", status: 423, after: () => set(...OURS) });
    expect(await failure(resource.destroy())).toContain("would be empty");
    expect(list()).toEqual(OURS);
  });
});
