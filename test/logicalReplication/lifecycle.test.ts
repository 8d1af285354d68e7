import { afterEach, describe, expect, test } from "vitest";
import { handler } from "../../provider/dynamic/handler";
import { failure } from "../support/ipAllowlist/process";
import { useProject } from "../support/logicalReplication/project";

describe("if logical replication is on already", () => {
  const project = useProject({ logicalReplication: true });
  const { managed, args, lines, patches, asOwner } = project;
  const startedAt = async () => (await asOwner("select pg_postmaster_start_time()::text as since"))[0]?.since;
  afterEach(() => {
    project.neon.project.settings.enable_logical_replication = true;
  });

  test("nothing is written, nothing restarts, and the three values that the guide checks are outputs", async () => {
    const since = await startedAt();
    const replication = managed();
    const { outputs } = await replication.up(args());
    expect(outputs).toMatchObject({ walLevel: "logical", maxWalSenders: 10, maxReplicationSlots: 10 });
    expect(patches()).toEqual([]);
    expect(await startedAt()).toBe(since);
    expect(await replication.refresh()).toBe(false);
    expect(replication.drift).toEqual([]);
  });

  test.each([
    [2, "no error"],
    [3, "lost the connection to Postgres at 127.0.0.1"],
  ])("a connection that is lost %s times in a row during the read results in: %s", async (times, expected) => {
    let cuts = times;
    project.neon.wire.onMessage = ({ type }) => (type === "P" && cuts-- > 0 ? "before server" : undefined);
    try {
      expect(await failure(managed().up(args()))).toContain(expected);
    } finally {
      project.neon.wire.onMessage = undefined;
    }
  });

  test("an unchanged program sends no request and opens no connection", async () => {
    const replication = managed();
    await replication.up(args());
    project.neon.requests.length = 0;
    const connections = project.neon.wire.total.connections;
    expect((await replication.up(args())).kind).toBe("same");
    expect(project.neon.requests).toEqual([]);
    expect(project.neon.wire.total.connections).toBe(connections);
  });

  test("delete leaves the setting on, and says so", async () => {
    const replication = managed();
    await replication.up(args());
    project.neon.requests.length = 0;
    await replication.destroy();
    expect(project.neon.requests).toEqual([]);
    expect(lines()).toContain(
      `logical replication of project ${project.neon.projectId} stays on: Neon cannot turn it off.`,
    );
  });

  test("a refresh explains a setting that is off, and up does not turn it on without `allowRestart`", async () => {
    const replication = managed();
    await replication.up(args());
    project.neon.project.settings.enable_logical_replication = false;
    expect(await replication.refresh()).toBe(true);
    expect(replication.drift.join()).toMatch(/is off in project .* is not the same project as before/);
    expect(await failure(replication.up(args()))).toContain("To turn it on, set `allowRestart: true`.");
    expect(patches()).toEqual([]);
  });

  test("a server that contradicts the project's setting is named, and nothing is written", async () => {
    project.neon.server.set({ wal_level: "replica" });
    await project.neon.compute.suspend();
    expect(await failure(managed().up(args()))).toMatch(
      /has logical replication on, but 127\.0\.0\.1 reports wal_level = replica\.\n.*\n.*restart the compute in Neon's console\./,
    );
    expect(patches()).toEqual([]);
    project.neon.server.set({ wal_level: "logical" });
    await project.neon.compute.suspend();
    expect((await managed().up(args())).kind).toBe("create");
  });

  test("another project replaces the resource, and the old one is deleted first", async () => {
    const replication = managed();
    await replication.up(args());
    const state = replication.outputs;
    const diff = handler("LogicalReplication").diff(project.neon.projectId, state, {
      ...state,
      projectId: "other-river-1",
    });
    expect(await diff).toEqual({ replaces: ["projectId"], deleteBeforeReplace: true });
  });

  test.each([
    [401, "the API key is not valid."],
    [403, "the API key has no right to do this"],
    [404, "there is no such project, or the API key cannot see it"],
  ])("HTTP %s is an error with the cause and the request id, and a warning in a preview", async (status, advice) => {
    project.neon.faults.add({ status, times: 1000 });
    const message = await failure(managed().up(args()));
    const id = project.neon.requests.at(-1)?.headers["x-request-id"];
    expect(message).toContain(advice);
    expect(message).toContain(`\nThe request id is ${id}.\n`);
    expect(lines()).toMatch(/warning: .*could not check project .* in this preview/);
    expect(message + lines()).not.toContain(project.neon.apiKey);
  });

  test("the error for a project that is gone says how to continue, unless the project was never in the state", async () => {
    const replication = managed();
    await replication.up(args());
    project.neon.faults.add({ status: 404, times: 2 });
    expect(await failure(replication.refresh())).toMatch(
      /there is no such project[\s\S]*: `pulumi state delete <urn>`\.$/,
    );
    const provider = handler("LogicalReplication");
    provider.configure({ config: { get: (key) => project.configOf()[key] } });
    const message = await failure(provider.read(project.neon.projectId, {}));
    expect(message).toContain("there is no such project");
    expect(message).not.toContain("pulumi state delete");
    const { props } = await provider.read(project.neon.projectId, {});
    expect(props).toMatchObject({ projectId: project.neon.projectId, walLevel: "logical" });
  });

  test("if the credentials of Neon or Postgres are missing, check refuses and sends no request", async () => {
    expect(await failure(managed({ "clickpipes:neonApiKey": "" }).up(args()))).toMatch(/no Neon API key/);
    expect(await failure(managed({ "clickpipes:connectionUri": "" }).up(args()))).toMatch(/no connection to Postgres/);
    expect(await failure(managed().up({ projectId: "no project" }))).toMatch(/^projectId: expected the id/);
    expect(project.neon.requests).toEqual([]);
  });
});

describe("if the server's limits are too small", () => {
  const { managed, args, lines } = useProject({
    logicalReplication: true,
    postgresSettings: { max_wal_senders: "1", max_replication_slots: "2" },
  });

  test("a warning says so, with the numbers that ClickPipes needs", async () => {
    expect((await managed().up(args())).outputs).toMatchObject({ maxWalSenders: 1, maxReplicationSlots: 2 });
    expect(lines()).toContain(
      "max_wal_senders = 1 and max_replication_slots = 2 are too small for ClickPipes.\nClickPipes needs at least 2 and 4.\n",
    );
  });
});
