import { describe, expect, test, vi } from "vitest";
import { failure, newProcess, SHORT_WAITS } from "../support/ipAllowlist/process";
import { FOREIGN, OURS, useProject } from "../support/ipAllowlist/project";

const project = useProject();
const { allowlist, args, list, set, patches } = project;

/** Ends like a killed process: the list is written, and nothing more happens. */
async function killedAfterWriting(work: () => Promise<unknown>): Promise<void> {
  const answered = () => patches().filter(({ status }) => status !== undefined);
  const written = answered().length + 1;
  void work().catch(() => {});
  await vi.waitFor(() => expect(answered()).toHaveLength(written), { timeout: 30_000 });
  // The read right after the write is its last request before it waits for the second read.
  const hasReadBack = () => {
    const { requests, projectId } = project.api;
    const later = requests.slice(requests.findLastIndex(({ method }) => method === "PATCH") + 1);
    return later.some(({ path, status }) => path === `/projects/${projectId}` && status === 200);
  };
  await vi.waitFor(() => expect(hasReadBack()).toBe(true), { timeout: 30_000 });
  project.run = await newProcess();
}

describe("after a run that was killed between its write and its end, on the same machine", () => {
  test("the next run knows what that run added, keeps what others added, and delete removes the former", async () => {
    project.run = await newProcess({ ...SHORT_WAITS, secondLook: 600_000 });
    set(...FOREIGN, "192.0.2.1");
    await killedAfterWriting(() => allowlist().up(args([...OURS, "192.0.2.3"])));
    set(...(list() ?? []).filter((entry) => entry !== "192.0.2.3"), "203.0.113.5");
    const resource = allowlist();
    await resource.up(args([...OURS, "192.0.2.3", "203.0.113.5"]));
    expect(resource.outputs).toMatchObject({ added: ["192.0.2.2", "192.0.2.3"] });
    await resource.destroy();
    expect(list()).toEqual([...FOREIGN, "192.0.2.1", "203.0.113.5"]);
  });

  test("the next run removes what that run added and the program no longer lists", async () => {
    project.run = await newProcess({ ...SHORT_WAITS, secondLook: 600_000 });
    await killedAfterWriting(() => allowlist().up(args([...OURS, "192.0.2.3"])));
    await allowlist().up(args(OURS));
    expect(list()).toEqual([...FOREIGN, ...OURS]);
  });

  test("another resource treats those entries as another user's", async () => {
    project.run = await newProcess({ ...SHORT_WAITS, secondLook: 600_000 });
    await killedAfterWriting(() => allowlist().up(args(OURS)));
    const other = allowlist("other");
    await other.up(args(OURS));
    expect(other.outputs).toMatchObject({ added: [] });
    await other.destroy();
    expect(list()).toEqual([...FOREIGN, ...OURS]);
  });

  test("an update is resumed, or destroyed right away, and leaves nothing behind", async () => {
    for (const next of ["update", "destroy"] as const) {
      await project.begin();
      const before = allowlist();
      await before.up(args(OURS));
      project.run = await newProcess({ ...SHORT_WAITS, secondLook: 600_000 });
      const killed = project.run.continued(before, "allowlist", { config: project.api.config });
      const state = structuredClone(before.state);
      await killedAfterWriting(() => killed.up(args([...OURS, "192.0.2.3"])));
      const resource = Object.assign(allowlist(), { state });
      if (next === "update") await resource.up(args([...OURS, "192.0.2.3"]));
      await resource.destroy();
      expect(list()).toEqual(FOREIGN);
    }
  });

  test("a run that Neon refuses in between does not forget those entries", async () => {
    project.run = await newProcess({ ...SHORT_WAITS, secondLook: 600_000 });
    await killedAfterWriting(() => allowlist().up(args(OURS)));
    set(...(list() ?? []).filter((entry) => entry !== OURS[0]));
    project.api.faults.add({ method: "PATCH", status: 403 });
    expect(await failure(allowlist().up(args(OURS)))).toContain("HTTP 403");
    const resource = allowlist();
    await resource.up(args(OURS));
    await resource.destroy();
    expect(list()).toEqual(FOREIGN);
  });

  test("addresses are merged into a list that was closed before, without a connection to prove anything", async () => {
    const restricted = args(OURS, { whenOpen: "restrict" });
    const config = { ...project.api.config, "clickpipes:connectionUri": "postgres://u:p@127.0.0.1:1/d" };
    project.run = await newProcess({ ...SHORT_WAITS, secondLook: 600_000 });
    await killedAfterWriting(() => project.run.resource("allowlist", { config }).up(restricted));
    const resource = project.run.resource("allowlist", { config });
    await resource.up(restricted);
    expect(resource.outputs).toMatchObject({ added: OURS, effective: "restricted" });
    await resource.destroy();
    expect(list()).toEqual(FOREIGN);
  });

  test("protected_branches_only goes back to what it was before that run", async () => {
    project.run = await newProcess({ ...SHORT_WAITS, secondLook: 600_000 });
    await killedAfterWriting(() => allowlist().up(args(OURS, { protectedBranchesOnly: true })));
    const resource = allowlist();
    await resource.up(args(OURS, { protectedBranchesOnly: true }));
    await resource.destroy();
    expect(project.api.project.settings.allowed_ips).toEqual({ ips: FOREIGN, protected_branches_only: false });
  });
});

describe("after a run that was done, but whose state was never saved", () => {
  test("the next run on this machine knows what that run added", async () => {
    await allowlist().up(args(OURS, { protectedBranchesOnly: true }));
    project.run = await newProcess();
    const resource = allowlist();
    await resource.up(args(OURS, { protectedBranchesOnly: true }));
    expect(resource.outputs).toMatchObject({ added: OURS, protectedBefore: false });
    expect(patches()).toHaveLength(1);
    await resource.destroy();
    expect(project.api.project.settings.allowed_ips).toEqual({ ips: FOREIGN, protected_branches_only: false });
  });

  test("of an update, a destroy removes what it added, and restores protected_branches_only", async () => {
    const before = allowlist();
    await before.up(args(OURS));
    const state = structuredClone(before.state);
    await before.up(args([...OURS, "192.0.2.3"], { protectedBranchesOnly: true }));
    project.run = await newProcess();
    const resource = Object.assign(allowlist(), { state });
    await resource.destroy();
    expect(project.api.project.settings.allowed_ips).toEqual({ ips: FOREIGN, protected_branches_only: false });
  });

  test("of an update that set protected_branches_only, the next run without it restores it", async () => {
    const before = allowlist();
    await before.up(args(OURS));
    const state = structuredClone(before.state);
    await before.up(args(OURS, { protectedBranchesOnly: true }));
    project.run = await newProcess();
    const resource = Object.assign(allowlist(), { state });
    await resource.up(args([...OURS, "192.0.2.3"]));
    expect(project.api.project.settings.allowed_ips.protected_branches_only).toBe(false);
  });
});

describe("the notes of a run whose state was saved", () => {
  /** The list after another user removed an entry of this resource, and then added it again for themselves. */
  const TAKEN_OVER = [...FOREIGN, "192.0.2.2", "192.0.2.1"];

  test("do not count for the next run, even if Pulumi never ended the process", async () => {
    const resource = allowlist();
    await resource.up(args(OURS));
    set(...FOREIGN, "192.0.2.2");
    await resource.refresh();
    project.run = await newProcess();
    set(...TAKEN_OVER);
    const later = project.run.continued(resource, "allowlist", { config: project.api.config });
    await later.up(args(OURS));
    await later.destroy();
    expect(list()).toEqual([...FOREIGN, "192.0.2.1"]);
  });

  test("are gone once Pulumi ended the process, so that a new resource of that name owns nothing", async () => {
    const resource = allowlist();
    await resource.up(args(OURS));
    project.run.endRun(resource);
    project.run = await newProcess();
    const recreated = allowlist();
    await recreated.up(args(OURS));
    expect(recreated.outputs).toMatchObject({ added: [] });
  });
});
