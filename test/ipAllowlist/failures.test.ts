import { describe, expect, test } from "vitest";
import { failure, markFailed, newProcess, SHORT_WAITS } from "../support/ipAllowlist/process";
import { FOREIGN, OURS, useProject } from "../support/ipAllowlist/project";

const project = useProject();
const { begin, allowlist, wish, list, set, patches, lines } = project;

describe("a run that fails half-way", () => {
  test("keeps in the state what it added, so that the next one goes on and delete takes it out", async () => {
    const resource = allowlist();
    project.api.faults.add({ method: "GET", skip: 1, status: 500, times: 4 });
    expect(await failure(resource.up(wish(OURS)))).toContain("HTTP 500");
    expect(list()).toEqual([...FOREIGN, ...OURS]);
    expect(resource.outputs).toMatchObject({ added: OURS, addresses: OURS });
    markFailed(resource);
    await resource.up(wish(OURS));
    await resource.destroy();
    expect(list()).toEqual(FOREIGN);
  });

  test("whose write was never carried out leaves no resource and no trace", async () => {
    const resource = allowlist();
    project.api.faults.add({ method: "PATCH", status: 409, times: 1000 });
    expect(await failure(resource.up(wish(OURS)))).toContain("HTTP 409");
    expect(resource.state).toBeUndefined();
    expect(list()).toEqual(FOREIGN);
  });

  test("whose write died before or after it was carried out is decided by reading", async () => {
    for (const cut of ["before", "after"] as const) {
      await begin();
      project.api.faults.add({ method: "PATCH", cut });
      const resource = allowlist();
      await resource.up(wish(OURS));
      expect(list()).toEqual([...FOREIGN, ...OURS]);
      expect(patches()).toHaveLength(cut === "before" ? 2 : 1);
      await resource.destroy();
      expect(list()).toEqual(FOREIGN);
    }
  });

  test("of an update keeps what was ours before", async () => {
    const resource = allowlist();
    await resource.up(wish(["192.0.2.1"]));
    project.api.faults.add({ method: "GET", skip: 1, status: 500, times: 4 });
    expect(await failure(resource.up(wish(["192.0.2.2"])))).toContain("HTTP 500");
    await resource.destroy();
    expect(list()).toEqual(FOREIGN);
  });

  test("of a destroy is done once ours are out, so that nobody's later entry is taken out with the next one", async () => {
    const resource = allowlist();
    await resource.up(wish(OURS));
    project.api.faults.add({ method: "GET", skip: 1, status: 500, times: 4 });
    await resource.destroy();
    expect(list()).toEqual(FOREIGN);
    expect(lines()).toMatch(/what was ours is out of the IP Allow list of project .*, but then: .*HTTP 500/);
  });
});

describe("what Neon refuses", () => {
  test.each([402, 403, 422])("HTTP %s for the list says that the plan may lack IP Allow", async (status) => {
    project.api.faults.add({ method: "PATCH", status, body: { code: "", message: "not on this plan" } });
    expect(await failure(allowlist().up(wish(OURS)))).toMatch(
      /Neon refused to change the IP Allow list .* IP Allow is part of Neon's Scale plan, .* HTTP \d+ \(not on this plan\).*Request id/,
    );
    expect(list()).toEqual(FOREIGN);
  });

  test.each([
    [401, "the API key is not valid: check `neonApiKey`"],
    [403, "the API key has no right to do this"],
    [404, "there is no such project, or the API key cannot see it"],
  ])("HTTP %s for the project is clear, before anything is written", async (status, advice) => {
    project.api.faults.add({ status, times: 1000 });
    const message = await failure(allowlist().up(wish(OURS)));
    expect(message).toContain(advice);
    expect(message).not.toContain(project.api.key);
    expect(patches()).toEqual([]);
  });

  test("a project that does not exist", async () => {
    const message = await failure(allowlist().up(wish(OURS, { projectId: "other-river-1" })));
    expect(message).toMatch(/HTTP 404 .*: there is no such project, or the API key cannot see it/);
  });

  test("a project that is gone at a refresh or a delete: how to take it out of the state", async () => {
    const resource = allowlist();
    await resource.up(wish(OURS));
    project.api.faults.add({ status: 404, times: 1000 });
    for (const work of [resource.refresh(), resource.destroy()])
      expect(await failure(work)).toContain("take this resource out of the state: `pulumi state delete");
  });

  test("nothing can stop a delete that has nothing to take out", async () => {
    const resource = allowlist();
    set(...OURS);
    await resource.up(wish(OURS));
    project.api.faults.add({ status: 404, times: 1000 });
    await resource.destroy();
    expect(resource.state).toBeUndefined();
  });

  test("blocked public connections: refused before anything is written, drift at a refresh, no hindrance to a delete", async () => {
    const resource = allowlist();
    project.api.project.settings.block_public_connections = true;
    expect(await failure(resource.up(wish(OURS)))).toMatch(/blocks public connections, so ClickPipes cannot reach it/);
    expect(patches()).toEqual([]);
    project.api.project.settings.block_public_connections = false;
    await resource.up(wish(OURS));
    project.api.project.settings.block_public_connections = true;
    expect(await resource.refresh()).toBe(true);
    expect(resource.drift.join()).toContain("blocks public connections");
    await resource.destroy();
    expect(list()).toEqual(FOREIGN);
  });
});

test("a preview that gets no answer from Neon says so, and asks no more", async () => {
  project.run = await newProcess({ ...SHORT_WAITS, look: 150 });
  project.api.faults.add({ delayMs: 400, times: 1000 });
  const config = { ...project.api.config, "clickpipes:connectionUri": "postgres://u:p@127.0.0.1:1/d" };
  for (const name of ["one", "other"]) {
    await project.run.resource(name, { config }).check(wish(OURS, { whenOpen: "restrict" }));
    expect(project.api.requests).toHaveLength(1);
  }
  expect(lines()).toMatch(/warning: IpAllowlist one: could not check project \S+ in this preview\.\n.*no answer in time/);
});
