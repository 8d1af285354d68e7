import { afterEach, describe, expect, test } from "vitest";
import { handler } from "../../provider/dynamic/handler";
import { failure } from "../support/ipAllowlist/process";
import { useProject } from "../support/logicalReplication/project";

describe("where logical replication is on already", () => {
  const project = useProject({ logicalReplication: true });
  const { managed, wishes, lines, patches, asOwner } = project;
  const startedAt = async () => (await asOwner("select pg_postmaster_start_time()::text as since"))[0]?.since;
  afterEach(() => {
    project.neon.project.settings.enable_logical_replication = true;
  });

  test("nothing is written, nothing restarts, and the three values of the guide are outputs", async () => {
    const since = await startedAt();
    const replication = managed();
    const { outputs } = await replication.up(wishes());
    expect(outputs).toMatchObject({ walLevel: "logical", maxWalSenders: 10, maxReplicationSlots: 10 });
    expect(patches()).toEqual([]);
    expect(await startedAt()).toBe(since);
    expect(await replication.refresh()).toBe(false);
    expect(replication.drift).toEqual([]);
  });

  test.each([
    [2, "no error"],
    [3, "lost the connection to Postgres at 127.0.0.1"],
  ])("a connection lost %s times in a row while it is read ends in: %s", async (times, expected) => {
    let cuts = times;
    project.neon.wire.onMessage = ({ type }) => (type === "P" && cuts-- > 0 ? "before server" : undefined);
    try {
      expect(await failure(managed().up(wishes()))).toContain(expected);
    } finally {
      project.neon.wire.onMessage = undefined;
    }
  });

  test("an unchanged program asks nobody anything", async () => {
    const replication = managed();
    await replication.up(wishes());
    project.neon.requests.length = 0;
    const connections = project.neon.wire.total.connections;
    expect((await replication.up(wishes())).kind).toBe("same");
    expect(project.neon.requests).toEqual([]);
    expect(project.neon.wire.total.connections).toBe(connections);
  });

  test("delete keeps the setting and says so", async () => {
    const replication = managed();
    await replication.up(wishes());
    project.neon.requests.length = 0;
    await replication.destroy();
    expect(project.neon.requests).toEqual([]);
    expect(lines()).toContain(`logical replication of project ${project.neon.projectId} stays on`);
  });

  test("a setting that is off at a refresh is explained, and not turned on without consent", async () => {
    const replication = managed();
    await replication.up(wishes());
    project.neon.project.settings.enable_logical_replication = false;
    expect(await replication.refresh()).toBe(true);
    expect(replication.drift.join()).toMatch(/is off in project .* must be another project than before/);
    expect(await failure(replication.up(wishes()))).toContain("Consent with `allowRestart: true`");
    expect(patches()).toEqual([]);
  });

  test("a server that says otherwise than the project's setting is named, and nothing is written", async () => {
    project.neon.server.set({ wal_level: "replica" });
    await project.neon.compute.suspend();
    expect(await failure(managed().up(wishes()))).toMatch(
      /has logical replication on, but 127.0.0.1 says wal_level = replica.*restart it in Neon's console/,
    );
    expect(patches()).toEqual([]);
    project.neon.server.set({ wal_level: "logical" });
    await project.neon.compute.suspend();
    expect((await managed().up(wishes())).kind).toBe("create");
  });

  test("another project replaces the resource, the old one going first", async () => {
    const replication = managed();
    await replication.up(wishes());
    const state = replication.outputs;
    const diff = handler("LogicalReplication").diff(project.neon.projectId, state, {
      ...state,
      projectId: "other-river-1",
    });
    expect(await diff).toEqual({ replaces: ["projectId"], deleteBeforeReplace: true });
  });

  test.each([
    [401, "the API key is not valid: check `neonApiKey`"],
    [403, "the API key has no right to do this"],
    [404, "there is no such project, or the API key cannot see it"],
  ])("HTTP %s is a clear error with its request id, in preview a warning", async (status, advice) => {
    project.neon.faults.add({ status, times: 1000 });
    const message = await failure(managed().up(wishes()));
    const id = project.neon.requests.at(-1)?.headers["x-request-id"];
    expect(message).toContain(advice);
    expect(message).toContain(`Request id ${id}`);
    expect(lines()).toMatch(/warning: .*could not check project .* in this preview/);
    expect(message + lines()).not.toContain(project.neon.apiKey);
  });

  test("a project that is gone is an error with the way out, and one that a get() asks for in vain is just not there", async () => {
    const replication = managed();
    await replication.up(wishes());
    project.neon.faults.add({ status: 404, times: 2 });
    expect(await failure(replication.refresh())).toMatch(/there is no such project.* `pulumi state delete <urn>`/);
    const provider = handler("LogicalReplication");
    provider.configure({ config: { get: (key) => project.configOf()[key] } });
    const message = await failure(provider.read(project.neon.projectId, {}));
    expect(message).toContain("there is no such project");
    expect(message).not.toContain("pulumi state delete");
    const { props } = await provider.read(project.neon.projectId, {});
    expect(props).toMatchObject({ projectId: project.neon.projectId, walLevel: "logical" });
  });

  test("without credentials for either side, check refuses and nobody is asked", async () => {
    expect(await failure(managed({ "clickpipes:neonApiKey": "" }).up(wishes()))).toMatch(/no Neon API key/);
    expect(await failure(managed({ "clickpipes:connectionUri": "" }).up(wishes()))).toMatch(
      /no connection to Postgres/,
    );
    expect(await failure(managed().up({ projectId: "no project" }))).toMatch(/^projectId: expected the id/);
    expect(project.neon.requests).toEqual([]);
  });
});

describe("where the server's numbers are too small", () => {
  const { managed, wishes, lines } = useProject({
    logicalReplication: true,
    postgresSettings: { max_wal_senders: "1", max_replication_slots: "2" },
  });

  test("that is said, with what is needed", async () => {
    expect((await managed().up(wishes())).outputs).toMatchObject({ maxWalSenders: 1, maxReplicationSlots: 2 });
    expect(lines()).toContain("max_wal_senders = 1 and max_replication_slots = 2 are too small for ClickPipes");
  });
});
