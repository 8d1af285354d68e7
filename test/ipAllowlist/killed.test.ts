import { describe, expect, test, vi } from "vitest";
import { failure, newProcess, SHORT_WAITS } from "../support/ipAllowlist/process";
import { FOREIGN, OURS, useProject } from "../support/ipAllowlist/project";

const project = useProject();
const { allowlist, wish, list, set, patches } = project;

/** Ends as a killed process does: its list is written, and it says nothing to anybody any more. */
async function killedAfterWriting(work: () => Promise<unknown>): Promise<void> {
  const answered = () => patches().filter(({ status }) => status !== undefined);
  const written = answered().length + 1;
  void work().catch(() => {});
  await vi.waitFor(() => expect(answered()).toHaveLength(written), { timeout: 30_000 });
  // Its look at what it wrote is the last thing it asks before it waits for the second look.
  const looksBack = () => {
    const { requests, projectId } = project.api;
    const later = requests.slice(requests.findLastIndex(({ method }) => method === "PATCH") + 1);
    return later.some(({ path, status }) => path === `/projects/${projectId}` && status === 200);
  };
  await vi.waitFor(() => expect(looksBack()).toBe(true), { timeout: 30_000 });
  project.run = await newProcess();
}

describe("after a run that was killed between its write and its end, on the same machine", () => {
  test("the next one knows what it wrote for its own, keeps what others wrote, and delete takes it out", async () => {
    project.run = await newProcess({ ...SHORT_WAITS, secondLook: 600_000 });
    set(...FOREIGN, "192.0.2.1");
    await killedAfterWriting(() => allowlist().up(wish([...OURS, "192.0.2.3"])));
    set(...(list() ?? []).filter((entry) => entry !== "192.0.2.3"), "203.0.113.5");
    const resource = allowlist();
    await resource.up(wish([...OURS, "192.0.2.3", "203.0.113.5"]));
    expect(resource.outputs).toMatchObject({ added: ["192.0.2.2", "192.0.2.3"] });
    await resource.destroy();
    expect(list()).toEqual([...FOREIGN, "192.0.2.1", "203.0.113.5"]);
  });

  test("what it put in, and the program does not want any more, is taken out by the next one", async () => {
    project.run = await newProcess({ ...SHORT_WAITS, secondLook: 600_000 });
    await killedAfterWriting(() => allowlist().up(wish([...OURS, "192.0.2.3"])));
    await allowlist().up(wish(OURS));
    expect(list()).toEqual([...FOREIGN, ...OURS]);
  });

  test("another resource takes it for somebody else's", async () => {
    project.run = await newProcess({ ...SHORT_WAITS, secondLook: 600_000 });
    await killedAfterWriting(() => allowlist().up(wish(OURS)));
    const other = allowlist("other");
    await other.up(wish(OURS));
    expect(other.outputs).toMatchObject({ added: [] });
    await other.destroy();
    expect(list()).toEqual([...FOREIGN, ...OURS]);
  });

  test("an update is gone on with, or destroyed at once, without leaving anything", async () => {
    for (const next of ["update", "destroy"] as const) {
      await project.begin();
      const before = allowlist();
      await before.up(wish(OURS));
      project.run = await newProcess({ ...SHORT_WAITS, secondLook: 600_000 });
      const killed = project.run.continued(before, "allowlist", { config: project.api.config });
      const state = structuredClone(before.state);
      await killedAfterWriting(() => killed.up(wish([...OURS, "192.0.2.3"])));
      const resource = Object.assign(allowlist(), { state });
      if (next === "update") await resource.up(wish([...OURS, "192.0.2.3"]));
      await resource.destroy();
      expect(list()).toEqual(FOREIGN);
    }
  });

  test("a try that is refused meanwhile does not forget it", async () => {
    project.run = await newProcess({ ...SHORT_WAITS, secondLook: 600_000 });
    await killedAfterWriting(() => allowlist().up(wish(OURS)));
    set(...(list() ?? []).filter((entry) => entry !== OURS[0]));
    project.api.faults.add({ method: "PATCH", status: 403 });
    expect(await failure(allowlist().up(wish(OURS)))).toContain("HTTP 403");
    const resource = allowlist();
    await resource.up(wish(OURS));
    await resource.destroy();
    expect(list()).toEqual(FOREIGN);
  });

  test("a list that was closed before is merged with again, and nobody is asked whether it lets this machine in", async () => {
    const restricted = wish(OURS, { whenOpen: "restrict" });
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
    await killedAfterWriting(() => allowlist().up(wish(OURS, { protectedBranchesOnly: true })));
    const resource = allowlist();
    await resource.up(wish(OURS, { protectedBranchesOnly: true }));
    await resource.destroy();
    expect(project.api.project.settings.allowed_ips).toEqual({ ips: FOREIGN, protected_branches_only: false });
  });
});

describe("after a run that was done, but whose state was never saved", () => {
  test("the next one on this machine knows what it put in for its own", async () => {
    await allowlist().up(wish(OURS, { protectedBranchesOnly: true }));
    project.run = await newProcess();
    const resource = allowlist();
    await resource.up(wish(OURS, { protectedBranchesOnly: true }));
    expect(resource.outputs).toMatchObject({ added: OURS, protectedBefore: false });
    expect(patches()).toHaveLength(1);
    await resource.destroy();
    expect(project.api.project.settings.allowed_ips).toEqual({ ips: FOREIGN, protected_branches_only: false });
  });

  test("of an update, a destroy takes out what it put in, and protected_branches_only goes back", async () => {
    const before = allowlist();
    await before.up(wish(OURS));
    const state = structuredClone(before.state);
    await before.up(wish([...OURS, "192.0.2.3"], { protectedBranchesOnly: true }));
    project.run = await newProcess();
    const resource = Object.assign(allowlist(), { state });
    await resource.destroy();
    expect(project.api.project.settings.allowed_ips).toEqual({ ips: FOREIGN, protected_branches_only: false });
  });

  test("of an update that set protected_branches_only, the next one without it puts it back", async () => {
    const before = allowlist();
    await before.up(wish(OURS));
    const state = structuredClone(before.state);
    await before.up(wish(OURS, { protectedBranchesOnly: true }));
    project.run = await newProcess();
    const resource = Object.assign(allowlist(), { state });
    await resource.up(wish([...OURS, "192.0.2.3"]));
    expect(project.api.project.settings.allowed_ips.protected_branches_only).toBe(false);
  });
});

describe("what was kept of a run whose state was saved", () => {
  /** The list as somebody has it who wants for himself what we had put in, and who took it out before. */
  const TAKEN_OVER = [...FOREIGN, "192.0.2.2", "192.0.2.1"];

  test("tells the next one nothing, even where Pulumi never ended the process", async () => {
    const resource = allowlist();
    await resource.up(wish(OURS));
    set(...FOREIGN, "192.0.2.2");
    await resource.refresh();
    project.run = await newProcess();
    set(...TAKEN_OVER);
    const later = project.run.continued(resource, "allowlist", { config: project.api.config });
    await later.up(wish(OURS));
    await later.destroy();
    expect(list()).toEqual([...FOREIGN, "192.0.2.1"]);
  });

  test("is gone when Pulumi ended the process, so that a new resource of that name takes nothing for its own", async () => {
    const resource = allowlist();
    await resource.up(wish(OURS));
    project.run.endRun(resource);
    project.run = await newProcess();
    const anew = allowlist();
    await anew.up(wish(OURS));
    expect(anew.outputs).toMatchObject({ added: [] });
  });
});
