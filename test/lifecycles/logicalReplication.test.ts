import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, type MockInstance, test, vi } from "vitest";
import { neonWaits } from "../../provider/clients/neonWaits";
import { transaction } from "../../provider/clients/transaction";
import { handler } from "../../provider/handler";
import { Context } from "../../provider/lifecycles/context";
import { resolveSettings } from "../../provider/lifecycles/settings";
import { statement } from "../../provider/sql/statement";
import { Managed } from "../support/managed";
import { type LocalNeon, type LocalNeonOptions, startLocalNeon } from "../support/neon";

const WAITS = { ...neonWaits };
let neon: LocalNeon;
let said: MockInstance<typeof console.error>;

beforeEach(() => {
  said = vi.spyOn(console, "error").mockImplementation(() => {});
});
afterEach(async () => {
  said.mockRestore();
  Object.assign(neonWaits, WAITS);
  neon.faults.clear();
  await neon.operations.idle();
});

const configOf = (changes: Record<string, string> = {}): Record<string, string> => ({
  "clickpipes:connectionUri": neon.connectionUri,
  "clickpipes:neonApiKey": neon.apiKey,
  "clickpipes:neonApiUrl": neon.apiUrl,
  ...changes,
});
const managed = (changes?: Record<string, string>, name = "replication"): Managed =>
  new Managed("LogicalReplication", name, configOf(changes));
const wishes = (more: object = {}) => ({ projectId: neon.projectId, ...more });
const lines = (): string => said.mock.calls.flat().join("\n");
const patches = () => neon.requests.filter(({ method }) => method === "PATCH");
const failure = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "no error",
    (error: Error) => error.message,
  );

async function asOwner(text: string): Promise<Record<string, unknown>[]> {
  const client = new Client(neon.connectionUri);
  client.on("error", () => {});
  await client.connect();
  const { rows } = await client.query(text);
  await client.end();
  return rows;
}

const startedAt = async () => (await asOwner("select pg_postmaster_start_time()::text as since"))[0]?.since;

function start(options: LocalNeonOptions): void {
  beforeAll(async () => {
    neon = await startLocalNeon({ version: 17, ...options });
  });
  afterAll(() => neon?.stop());
}

describe("where logical replication is on already", () => {
  start({ logicalReplication: true });
  beforeEach(() => {
    neon.requests.length = 0;
  });
  afterEach(() => {
    neon.project.settings.enable_logical_replication = true;
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

  test("an unchanged program asks nobody anything", async () => {
    const replication = managed();
    await replication.up(wishes());
    neon.requests.length = 0;
    const connections = neon.wire.total.connections;
    expect((await replication.up(wishes())).kind).toBe("same");
    expect(neon.requests).toEqual([]);
    expect(neon.wire.total.connections).toBe(connections);
  });

  test("delete keeps the setting and says so", async () => {
    const replication = managed();
    await replication.up(wishes());
    neon.requests.length = 0;
    await replication.destroy();
    expect(neon.requests).toEqual([]);
    expect(lines()).toContain(`logical replication of project ${neon.projectId} stays on`);
  });

  test("a setting that is off at a refresh is explained, and not turned on without consent", async () => {
    const replication = managed();
    await replication.up(wishes());
    neon.project.settings.enable_logical_replication = false;
    expect(await replication.refresh()).toBe(true);
    expect(replication.drift.join()).toMatch(/is off in project .* must be another project than before/);
    expect(await failure(replication.up(wishes()))).toContain("Consent with `allowRestart: true`");
    expect(patches()).toEqual([]);
  });

  test("a server that says otherwise than the project's setting is named, and nothing is written", async () => {
    neon.server.set({ wal_level: "replica" });
    await neon.compute.suspend();
    expect(await failure(managed().up(wishes()))).toMatch(
      /has logical replication on, but 127.0.0.1 says wal_level = replica.*restart it in Neon's console/,
    );
    expect(patches()).toEqual([]);
    neon.server.set({ wal_level: "logical" });
    await neon.compute.suspend();
    expect((await managed().up(wishes())).kind).toBe("create");
  });

  test("another project replaces the resource, the old one going first", async () => {
    const replication = managed();
    await replication.up(wishes());
    const state = replication.outputs;
    const diff = handler("LogicalReplication").diff(neon.projectId, state, { ...state, projectId: "other-river-1" });
    expect(await diff).toEqual({ replaces: ["projectId"], deleteBeforeReplace: true });
  });

  test.each([
    [401, "the API key is not valid: check `neonApiKey`"],
    [403, "the API key has no right to do this"],
    [404, "there is no such project, or the API key cannot see it"],
  ])("HTTP %s is a clear error with its request id, in preview a warning", async (status, advice) => {
    neon.faults.add({ status, times: 1000 });
    const message = await failure(managed().up(wishes()));
    const id = neon.requests.at(-1)?.headers["x-request-id"];
    expect(message).toContain(advice);
    expect(message).toContain(`Request id ${id}`);
    expect(lines()).toMatch(/warning: .*could not look at project .* beforehand/);
    expect(message + lines()).not.toContain(neon.apiKey);
  });

  test("without credentials for either side, check refuses and nobody is asked", async () => {
    expect(await failure(managed({ "clickpipes:neonApiKey": "" }).up(wishes()))).toMatch(/no Neon API key/);
    expect(await failure(managed({ "clickpipes:connectionUri": "" }).up(wishes()))).toMatch(
      /no connection to Postgres/,
    );
    expect(await failure(managed().up({ projectId: "no project" }))).toMatch(/^projectId: expected the id/);
    expect(neon.requests).toEqual([]);
  });
});

describe("where the server's numbers are too small", () => {
  start({ logicalReplication: true, postgresSettings: { max_wal_senders: "1", max_replication_slots: "2" } });

  test("that is said, with what is needed", async () => {
    expect((await managed().up(wishes())).outputs).toMatchObject({ maxWalSenders: 1, maxReplicationSlots: 2 });
    expect(lines()).toContain("max_wal_senders = 1 and max_replication_slots = 2 are too small for ClickPipes");
  });
});

describe("where logical replication is off", () => {
  start({});
  beforeEach(async () => {
    neon.operations.stateMs = 25;
    neon.project.settings.enable_logical_replication = false;
    neon.server.set({ wal_level: "replica" });
    await neon.compute.suspend();
    await neon.compute.wake();
    neon.requests.length = 0;
  });

  const isOn = () => neon.project.settings.enable_logical_replication;
  const walLevel = async () => (await asOwner("show wal_level"))[0]?.wal_level;

  test("it is refused without consent, in preview and by create, naming what is active and that it is for ever", async () => {
    const expected = `active now: ${neon.endpointId} (127.0.0.1)), and it is for ever`;
    expect(await failure(managed().check(wishes()))).toContain(expected);
    const provider = handler("LogicalReplication");
    provider.configure({ config: { get: (key) => configOf()[key] } });
    const message = await failure(provider.create(wishes()));
    expect(message).toContain(expected);
    expect(message).toContain("Consent with `allowRestart: true`");
    await neon.compute.suspend();
    expect(await failure(provider.create(wishes({ allowRestart: false })))).toContain("active now: none");
    expect(patches()).toEqual([]);
    expect(isOn()).toBe(false);
  });

  test("a preview with consent says what will restart, and changes nothing", async () => {
    await managed().check(wishes({ allowRestart: true }));
    expect(lines()).toContain(`restarts its computes once, cutting open connections (active now: ${neon.endpointId}`);
    expect(patches()).toEqual([]);
  });

  test("a host that is no endpoint of the project is refused, in preview and by create", async () => {
    const elsewhere = { "clickpipes:connectionUri": neon.connectionUri.replace("127.0.0.1", "localhost") };
    const expected = `the connection's host localhost is no endpoint of project ${neon.projectId} (its endpoints: 127.0.0.1)`;
    expect(await failure(managed(elsewhere).check(wishes({ allowRestart: true })))).toContain(expected);
    const provider = handler("LogicalReplication");
    provider.configure({ config: { get: (key) => configOf(elsewhere)[key] } });
    expect(await failure(provider.create(wishes({ allowRestart: true })))).toContain(expected);
    expect(patches()).toEqual([]);
  });

  test("where we cannot connect before, nothing is turned on", async () => {
    const wrong = { "clickpipes:connectionUri": neon.connectionUri.replace(/:[^:@/]+@/, ":wrong-password@") };
    expect(await failure(managed(wrong).up(wishes({ allowRestart: true })))).toMatch(/the password was refused/);
    expect(patches()).toEqual([]);
    expect(isOn()).toBe(false);
  });

  test("one PATCH, the operations waited for, and the server itself says logical", async () => {
    neon.operations.stateMs = 150;
    const { outputs } = await managed().up(wishes({ allowRestart: true }));
    expect(neon.operations.running).toBe(false);
    expect(outputs).toMatchObject({ walLevel: "logical", maxWalSenders: 10, maxReplicationSlots: 10 });
    expect(await walLevel()).toBe("logical");
    expect(patches()).toHaveLength(1);
    expect(patches()[0]?.body).toEqual({ project: { settings: { enable_logical_replication: true } } });
  });

  test("an idle compute is not waited for, but woken", async () => {
    await neon.compute.suspend();
    expect((await managed().up(wishes({ allowRestart: true }))).outputs.walLevel).toBe("logical");
  });

  test("a running transaction of ours is waited for and not cut, and new ones begin after the restart", async () => {
    const settings = resolveSettings(
      (key) => configOf()[`clickpipes:${key}`],
      () => undefined,
    );
    const { postgres } = new Context(settings, "test");
    const events: string[] = [];
    let late: Promise<void> | undefined;
    const startLate = () =>
      transaction(postgres, async (tx) => {
        const [answer] = await tx.commit(statement("show wal_level"));
        events.push(`new transaction: ${answer?.rows[0]?.wal_level}`);
      });
    neon.faults.add({
      method: "PATCH",
      before: () => {
        events.push("PATCH");
        late = startLate();
      },
    });
    let begun = () => {};
    const running = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const long = transaction(postgres, async (tx) => {
      await tx.run(statement("create table if not exists kept (id int)"));
      begun();
      await sleep(700);
      await tx.commit(statement("insert into kept values (1)"));
      events.push("commit");
    });
    await running;
    const up = managed().up(wishes({ allowRestart: true }));
    await Promise.all([long, up]);
    await late;
    expect(events).toEqual(["commit", "PATCH", "new transaction: logical"]);
    expect(await asOwner("select count(*)::int as count from kept")).toEqual([{ count: 1 }]);
  });

  test("two resources in one run turn it on once", async () => {
    const [one, other] = [managed(), new Managed("LogicalReplication", "other", configOf())];
    const both = await Promise.all([one, other].map((each) => each.up(wishes({ allowRestart: true }))));
    expect(both.map(({ outputs }) => outputs.walLevel)).toEqual(["logical", "logical"]);
    expect(patches()).toHaveLength(1);
  });

  test("a PATCH whose connection died before the write is sent again after reading that the setting is off", async () => {
    neon.faults.add({ method: "PATCH", cut: "before" });
    expect((await managed().up(wishes({ allowRestart: true }))).outputs.walLevel).toBe("logical");
    const { projectId } = neon;
    const since = neon.requests.findIndex(({ method }) => method === "PATCH");
    const after = neon.requests.slice(since).map(({ method, path }) => `${method} ${path.replace(projectId, "id")}`);
    expect(after.slice(0, 4)).toEqual([
      "PATCH /projects/id",
      "GET /projects/id/operations?limit=50",
      "GET /projects/id",
      "PATCH /projects/id",
    ]);
    expect(patches()).toHaveLength(2);
  });

  test("a PATCH whose connection died after the write is not repeated, and its operations are waited for all the same", async () => {
    neon.operations.stateMs = 200;
    neon.faults.add({ method: "PATCH", cut: "after" });
    expect((await managed().up(wishes({ allowRestart: true }))).outputs.walLevel).toBe("logical");
    expect(patches()).toHaveLength(1);
    expect(neon.operations.running).toBe(false);
  });

  test("a PATCH that Neon answers with 500 every time ends in an error after a few tries, and the next run turns it on", async () => {
    neonWaits.pause = 10;
    neon.faults.add({ method: "PATCH", status: 500, times: 1000 });
    expect(await failure(managed().up(wishes({ allowRestart: true })))).toMatch(
      /PATCH \/projects\/\S+ was answered with HTTP 500/,
    );
    expect(patches()).toHaveLength(4);
    expect(isOn()).toBe(false);
    neon.faults.clear();
    expect((await managed().up(wishes({ allowRestart: true }))).outputs.walLevel).toBe("logical");
  });

  test("what a killed run had begun is waited for, without consent and without another PATCH", async () => {
    neon.operations.stateMs = 200;
    await fetch(`${neon.apiUrl}/projects/${neon.projectId}`, {
      method: "PATCH",
      headers: { authorization: `Bearer ${neon.apiKey}`, "content-type": "application/json" },
      body: JSON.stringify({ project: { settings: { enable_logical_replication: true } } }),
    });
    expect((await managed().up(wishes())).outputs.walLevel).toBe("logical");
    expect(patches()).toHaveLength(1);
  });

  test("an operation in error is named at once, and so is what is left to do", async () => {
    neon.operations.failNext({ status: "error", message: "no capacity" });
    const begun = Date.now();
    const message = await failure(managed().up(wishes({ allowRestart: true })));
    expect(Date.now() - begun).toBeLessThan(10_000);
    const [operation] = neon.operations.list().filter(({ status }) => status === "error");
    expect(message).toContain(
      `operation apply_config (${operation?.id}) of Neon project ${neon.projectId} ended in "error": no capacity`,
    );
    await neon.operations.idle();
    expect(await failure(managed().up(wishes()))).toContain("restart it in Neon's console");
    neon.server.set({ wal_level: "logical" });
    await neon.compute.suspend();
    expect((await managed().up(wishes())).outputs.walLevel).toBe("logical");
  });

  test("a failed operation has a while to be tried again by Neon, and is named after that", async () => {
    neonWaits.failedOperation = 400;
    neonWaits.poll = 50;
    neon.operations.failNext({ status: "failed", message: "compute did not start" });
    expect(await failure(managed().up(wishes({ allowRestart: true })))).toMatch(
      /operation apply_config \(\S+\) of .* ended in "failed": compute did not start/,
    );
  });

  test("a failed operation that Neon tries again with success is no error", async () => {
    neonWaits.poll = 20;
    neon.operations.stateMs = 100;
    neon.operations.failNext({ status: "failed", retried: true });
    expect((await managed().up(wishes({ allowRestart: true }))).outputs.walLevel).toBe("logical");
  });

  test("an operation that does not end is named at the deadline", async () => {
    Object.assign(neonWaits, { operations: 300, poll: 50 });
    neon.operations.stateMs = 1000;
    expect(await failure(managed().up(wishes({ allowRestart: true })))).toMatch(
      /operation apply_config \(\S+\) of .* is still "\w+" after 0.3 s.*then run `pulumi up` again/,
    );
  });

  test("while it takes long, it says now and then what it waits for", async () => {
    Object.assign(neonWaits, { progress: 150 });
    neon.operations.stateMs = 300;
    neon.compute.coldStartMs = 400;
    // A line is said once a run: another test of this file has said the first one of "replication".
    await managed({}, "slow").up(wishes({ allowRestart: true }));
    neon.compute.coldStartMs = 0;
    expect(lines()).toContain(`turning logical replication on for project ${neon.projectId}: its computes restart`);
    expect(lines()).toMatch(/waiting for Neon, whose operation apply_config \(\S+\) is \w+ \(\d+ s so far\)/);
    expect(lines()).toMatch(/waiting for 127.0.0.1 to come back with wal_level = logical/);
  });
});
