import { describe, expect, test } from "vitest";
import { failure, markFailed, newProcess, SHORT_WAITS } from "../support/ipAllowlist/process";
import { FOREIGN, OURS, useProject } from "../support/ipAllowlist/project";

const project = useProject();
const { begin, allowlist, args, list, set, patches, lines } = project;

describe("a run that fails part-way", () => {
  test("keeps what it added in the state, so that the next run resumes and delete removes it", async () => {
    const resource = allowlist();
    project.api.faults.add({ method: "GET", skip: 1, status: 500, times: 4 });
    expect(await failure(resource.up(args(OURS)))).toContain("HTTP 500");
    expect(list()).toEqual([...FOREIGN, ...OURS]);
    expect(resource.outputs).toMatchObject({ added: OURS, addresses: OURS });
    markFailed(resource);
    await resource.up(args(OURS));
    await resource.destroy();
    expect(list()).toEqual(FOREIGN);
  });

  test("leaves no resource and no entry if its write was never carried out", async () => {
    const resource = allowlist();
    project.api.faults.add({ method: "PATCH", status: 409, times: 1000 });
    expect(await failure(resource.up(args(OURS)))).toContain("HTTP 409");
    expect(resource.state).toBeUndefined();
    expect(list()).toEqual(FOREIGN);
  });

  test("reads the list to find out whether a write that got no answer was carried out", async () => {
    for (const cut of ["before", "after"] as const) {
      await begin();
      project.api.faults.add({ method: "PATCH", cut });
      const resource = allowlist();
      await resource.up(args(OURS));
      expect(list()).toEqual([...FOREIGN, ...OURS]);
      expect(patches()).toHaveLength(cut === "before" ? 2 : 1);
      await resource.destroy();
      expect(list()).toEqual(FOREIGN);
    }
  });

  test("of an update keeps the entries from before it in the state", async () => {
    const resource = allowlist();
    await resource.up(args(["192.0.2.1"]));
    project.api.faults.add({ method: "GET", skip: 1, status: 500, times: 4 });
    expect(await failure(resource.up(args(["192.0.2.2"])))).toContain("HTTP 500");
    await resource.destroy();
    expect(list()).toEqual(FOREIGN);
  });

  test("of a destroy succeeds once the addresses are removed, so that a later destroy removes no one else's entry", async () => {
    const resource = allowlist();
    await resource.up(args(OURS));
    project.api.faults.add({ method: "GET", skip: 1, status: 500, times: 4 });
    await resource.destroy();
    expect(list()).toEqual(FOREIGN);
    expect(lines()).toMatch(
      /this resource's addresses were removed from the IP Allow list of project .*, but a later step failed\.\nNeon API: .*HTTP 500/,
    );
  });
});

describe("what Neon refuses", () => {
  test.each([402, 403, 422])("HTTP %s for a write: the error says that the plan may lack IP Allow", async (status) => {
    project.api.faults.add({ method: "PATCH", status, body: { code: "", message: "not on this plan" } });
    expect(await failure(allowlist().up(args(OURS)))).toMatch(
      new RegExp(
        `^Neon refused to change the IP Allow list of project \\S+\\.\nThe refused request changed nothing\\.\nNeon API: PATCH .* HTTP ${status}\\b.*\\.\nThe answer was: not on this plan\\.\nThe request id is .*\n[\\s\\S]*IP Allow is part of Neon's Scale plan`,
      ),
    );
    expect(list()).toEqual(FOREIGN);
  });

  test.each([
    [401, "the API key is not valid."],
    [403, "the API key has no right to do this"],
    [404, "there is no such project, or the API key cannot see it"],
  ])("HTTP %s for a read: the error says why, and nothing is written", async (status, advice) => {
    project.api.faults.add({ status, times: 1000 });
    const message = await failure(allowlist().up(args(OURS)));
    expect(message).toContain(advice);
    expect(message).not.toContain(project.api.key);
    expect(patches()).toEqual([]);
  });

  test("a project that does not exist: the error says so", async () => {
    const message = await failure(allowlist().up(args(OURS, { projectId: "other-river-1" })));
    expect(message).toMatch(/HTTP 404: there is no such project, or the API key cannot see it\./);
  });

  test("a project that is gone at a refresh or a delete: the error says how to remove it from the state", async () => {
    const resource = allowlist();
    await resource.up(args(OURS));
    project.api.faults.add({ status: 404, times: 1000 });
    for (const work of [resource.refresh(), resource.destroy()])
      expect(await failure(work)).toContain("remove this resource from the state: `pulumi state delete");
  });

  test("a project that is gone does not stop a delete that has nothing to remove", async () => {
    const resource = allowlist();
    set(...OURS);
    await resource.up(args(OURS));
    project.api.faults.add({ status: 404, times: 1000 });
    await resource.destroy();
    expect(resource.state).toBeUndefined();
  });

  test("blocked public connections: refused before anything is written, drift at a refresh, and no obstacle to a delete", async () => {
    const resource = allowlist();
    project.api.project.settings.block_public_connections = true;
    expect(await failure(resource.up(args(OURS)))).toMatch(/blocks public connections, so ClickPipes cannot reach it/);
    expect(patches()).toEqual([]);
    project.api.project.settings.block_public_connections = false;
    await resource.up(args(OURS));
    project.api.project.settings.block_public_connections = true;
    expect(await resource.refresh()).toBe(true);
    expect(resource.drift).toEqual([
      expect.stringMatching(/blocks public connections, so ClickPipes cannot reach it\. .+$/),
    ]);
    await resource.destroy();
    expect(list()).toEqual(FOREIGN);
  });
});

test("a preview that gets no answer from Neon warns, and sends no more requests", async () => {
  project.run = await newProcess({ ...SHORT_WAITS, look: 150 });
  project.api.faults.add({ delayMs: 400, times: 1000 });
  const config = { ...project.api.config, "clickpipes:connectionUri": "postgres://u:p@127.0.0.1:1/d" };
  for (const name of ["one", "other"]) {
    await project.run.resource(name, { config }).check(args(OURS, { whenOpen: "restrict" }));
    expect(project.api.requests).toHaveLength(1);
  }
  expect(lines()).toMatch(
    /warning: IpAllowlist one: could not check project \S+ in this preview\.\nNeon API: .* got no answer\.\nThe request timed out\.\n/,
  );
});
