import { setTimeout as sleep } from "node:timers/promises";
import { beforeEach, describe, expect, test } from "vitest";
import { handler } from "../../provider/dynamic/handler";
import { run } from "../../provider/dynamic/run";
import { Context } from "../../provider/lifecycle/context";
import { resolveSettings } from "../../provider/lifecycle/settings";
import { queryOneRow, statement } from "../../provider/postgres/sql/statement";
import { transaction } from "../../provider/postgres/transaction";
import { failure } from "../support/ipAllowlist/process";
import { useProject } from "../support/logicalReplication/project";
import { Managed } from "../support/managed";

describe("where logical replication is off", () => {
  const project = useProject({});
  const { configOf, managed, wishes, lines, patches, asOwner } = project;
  beforeEach(project.turnOff);

  const isOn = () => project.neon.project.settings.enable_logical_replication;
  const walLevel = async () => (await asOwner("show wal_level"))[0]?.wal_level;

  test("it is refused without consent, in preview and by create, naming what is active and that it is for ever", async () => {
    const expected = `active now: ${project.neon.endpointId} (127.0.0.1)), and it is for ever`;
    expect(await failure(managed().check(wishes()))).toContain(expected);
    const provider = handler("LogicalReplication");
    provider.configure({ config: { get: (key) => configOf()[key] } });
    const message = await failure(provider.create(wishes()));
    expect(message).toContain(expected);
    expect(message).toContain("Consent with `allowRestart: true`");
    await project.neon.compute.suspend();
    expect(await failure(provider.create(wishes({ allowRestart: false })))).toContain("active now: none");
    expect(patches()).toEqual([]);
    expect(isOn()).toBe(false);
  });

  test("a preview with consent says what will restart, and changes nothing", async () => {
    await managed().check(wishes({ allowRestart: true }));
    expect(lines()).toContain(
      `restarts its computes once, cutting open connections (active now: ${project.neon.endpointId}`,
    );
    expect(patches()).toEqual([]);
  });

  test("a host that is no endpoint of the project is refused, in preview and by create", async () => {
    const elsewhere = { "clickpipes:connectionUri": project.neon.connectionUri.replace("127.0.0.1", "localhost") };
    const expected = `the connection's host localhost is no endpoint of project ${project.neon.projectId} (its endpoints: 127.0.0.1)`;
    expect(await failure(managed(elsewhere).check(wishes({ allowRestart: true })))).toContain(expected);
    const provider = handler("LogicalReplication");
    provider.configure({ config: { get: (key) => configOf(elsewhere)[key] } });
    expect(await failure(provider.create(wishes({ allowRestart: true })))).toContain(expected);
    expect(patches()).toEqual([]);
  });

  test("a host of another domain that begins with an endpoint's id is one of the project", async () => {
    const host = `${project.neon.endpointId}.vpce.example.com`;
    const elsewhere = { "clickpipes:connectionUri": project.neon.connectionUri.replace("127.0.0.1", host) };
    expect(await failure(managed(elsewhere).check(wishes({ allowRestart: true })))).toBe("no error");
    expect(await failure(managed(elsewhere).check(wishes()))).toContain("Consent with `allowRestart: true`");
  });

  test("where we cannot connect before, nothing is turned on", async () => {
    const wrong = { "clickpipes:connectionUri": project.neon.connectionUri.replace(/:[^:@/]+@/, ":wrong-password@") };
    expect(await failure(managed(wrong).up(wishes({ allowRestart: true })))).toMatch(/the password was refused/);
    expect(patches()).toEqual([]);
    expect(isOn()).toBe(false);
  });

  test("one PATCH, the operations waited for, and the server itself says logical", async () => {
    project.neon.operations.stateMs = 150;
    const { outputs } = await managed().up(wishes({ allowRestart: true }));
    expect(project.neon.operations.running).toBe(false);
    expect(outputs).toMatchObject({ walLevel: "logical", maxWalSenders: 10, maxReplicationSlots: 10 });
    expect(await walLevel()).toBe("logical");
    expect(patches()).toHaveLength(1);
    expect(patches()[0]?.body).toEqual({ project: { settings: { enable_logical_replication: true } } });
  });

  test("an idle compute is not waited for, but woken", async () => {
    await project.neon.compute.suspend();
    expect((await managed().up(wishes({ allowRestart: true }))).outputs.walLevel).toBe("logical");
  });

  test("a running transaction of ours is waited for and not cut, and new ones begin after the restart", async () => {
    const settings = resolveSettings(
      (key) => configOf()[`clickpipes:${key}`],
      () => undefined,
    );
    const { postgres } = new Context(run, settings, "test", []);
    const events: string[] = [];
    let late: Promise<void> | undefined;
    const startLate = () =>
      transaction(postgres, async (tx) => {
        const [{ wal_level }] = await tx.commit([], queryOneRow<{ wal_level: string }>("show wal_level"));
        events.push(`new transaction: ${wal_level}`);
      });
    project.neon.faults.add({
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
      await tx.run([statement("create table if not exists public.kept (id int)")]);
      begun();
      await sleep(700);
      await tx.commit([statement("insert into public.kept values (1)")]);
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
    project.neon.faults.add({ method: "PATCH", cut: "before" });
    expect((await managed().up(wishes({ allowRestart: true }))).outputs.walLevel).toBe("logical");
    const { projectId } = project.neon;
    const since = project.neon.requests.findIndex(({ method }) => method === "PATCH");
    const after = project.neon.requests
      .slice(since)
      .map(({ method, path }) => `${method} ${path.replace(projectId, "id")}`);
    expect(after.slice(0, 4)).toEqual([
      "PATCH /projects/id",
      "GET /projects/id/operations?limit=50",
      "GET /projects/id",
      "PATCH /projects/id",
    ]);
    expect(patches()).toHaveLength(2);
  });

  test("a PATCH whose connection died after the write is not repeated, and its operations are waited for all the same", async () => {
    project.neon.operations.stateMs = 200;
    project.neon.faults.add({ method: "PATCH", cut: "after" });
    expect((await managed().up(wishes({ allowRestart: true }))).outputs.walLevel).toBe("logical");
    expect(patches()).toHaveLength(1);
    expect(project.neon.operations.running).toBe(false);
  });

  test("a PATCH that Neon answers with 500 every time ends in an error after a few tries, and the next run turns it on", async () => {
    run.neonWaits.pause = 10;
    project.neon.faults.add({ method: "PATCH", status: 500, times: 1000 });
    expect(await failure(managed().up(wishes({ allowRestart: true })))).toMatch(
      /PATCH \/projects\/\S+ was answered with HTTP 500/,
    );
    expect(patches()).toHaveLength(4);
    expect(isOn()).toBe(false);
    project.neon.faults.clear();
    expect((await managed().up(wishes({ allowRestart: true }))).outputs.walLevel).toBe("logical");
  });

  test("what a killed run had begun is waited for, without consent and without another PATCH", async () => {
    project.neon.operations.stateMs = 200;
    await fetch(`${project.neon.apiUrl}/projects/${project.neon.projectId}`, {
      method: "PATCH",
      headers: { authorization: `Bearer ${project.neon.apiKey}`, "content-type": "application/json" },
      body: JSON.stringify({ project: { settings: { enable_logical_replication: true } } }),
    });
    expect((await managed().up(wishes())).outputs.walLevel).toBe("logical");
    expect(patches()).toHaveLength(1);
  });

  test("an operation in error is named at once, and so is what is left to do", async () => {
    project.neon.operations.failNext({ status: "error", message: "no capacity" });
    const message = await failure(managed().up(wishes({ allowRestart: true })));
    const [operation] = project.neon.operations.list().filter(({ status }) => status === "error");
    expect(message).toContain(
      `operation apply_config (${operation?.id}) of Neon project ${project.neon.projectId} ended in "error": no capacity`,
    );
    await project.neon.operations.idle();
    expect(await failure(managed().up(wishes()))).toContain("restart it in Neon's console");
    project.neon.server.set({ wal_level: "logical" });
    await project.neon.compute.suspend();
    expect((await managed().up(wishes())).outputs.walLevel).toBe("logical");
  });

  test("a failed operation has a while to be tried again by Neon, and is named after that", async () => {
    run.neonWaits.failedOperation = 400;
    run.neonWaits.poll = 50;
    project.neon.operations.failNext({ status: "failed", message: "compute did not start" });
    expect(await failure(managed().up(wishes({ allowRestart: true })))).toMatch(
      /operation apply_config \(\S+\) of .* ended in "failed": compute did not start/,
    );
  });

  test("a failed operation that Neon tries again with success is no error", async () => {
    run.neonWaits.poll = 20;
    project.neon.operations.stateMs = 100;
    project.neon.operations.failNext({ status: "failed", retried: true });
    expect((await managed().up(wishes({ allowRestart: true }))).outputs.walLevel).toBe("logical");
  });

  test("an operation that does not end is named at the deadline", async () => {
    Object.assign(run.neonWaits, { operations: 300, poll: 50 });
    project.neon.operations.stateMs = 1000;
    expect(await failure(managed().up(wishes({ allowRestart: true })))).toMatch(
      /operation apply_config \(\S+\) of .* is still "\w+" after 0.3 s.*then run `pulumi up` again/,
    );
  });

  test("while it takes long, it says now and then what it waits for", async () => {
    Object.assign(run.neonWaits, { progress: 150 });
    project.neon.operations.stateMs = 300;
    project.neon.compute.coldStartMs = 400;
    // A line is said once a run: another test of this file has said the first one of "replication".
    await managed({}, "slow").up(wishes({ allowRestart: true }));
    project.neon.compute.coldStartMs = 0;
    expect(lines()).toContain(
      `turning logical replication on for project ${project.neon.projectId}: its computes restart`,
    );
    expect(lines()).toMatch(/waiting for Neon, whose operation apply_config \(\S+\) is \w+ \(\d+ s so far\)/);
    expect(lines()).toMatch(/waiting for 127.0.0.1 to come back with wal_level = logical/);
  });
});
