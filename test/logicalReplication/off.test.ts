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

describe("if logical replication is off", () => {
  const project = useProject({});
  const { configOf, managed, args, lines, patches, asOwner } = project;
  beforeEach(project.turnOff);

  const isOn = () => project.neon.project.settings.enable_logical_replication;
  const walLevel = async () => (await asOwner("show wal_level"))[0]?.wal_level;

  test("preview and create refuse without `allowRestart`, list the active computes and say that it is permanent", async () => {
    const expected = `\nActive now: ${project.neon.endpointId} (127.0.0.1).\nThe change is permanent: `;
    expect(await failure(managed().check(args()))).toContain(expected);
    const provider = handler("LogicalReplication");
    provider.configure({ config: { get: (key) => configOf()[key] } });
    const message = await failure(provider.create(args()));
    expect(message).toContain(expected);
    expect(message).toContain("To turn it on, set `allowRestart: true`.");
    await project.neon.compute.suspend();
    expect(await failure(provider.create(args({ allowRestart: false })))).toContain("Active now: none.");
    expect(patches()).toEqual([]);
    expect(isOn()).toBe(false);
  });

  test("a preview with `allowRestart` warns about what will restart, and changes nothing", async () => {
    await managed().check(args({ allowRestart: true }));
    expect(lines()).toContain(
      `restarts the project's computes once, which cuts open connections.\nActive now: ${project.neon.endpointId}`,
    );
    expect(patches()).toEqual([]);
  });

  test("preview and create refuse a host that is not an endpoint of the project", async () => {
    const elsewhere = { "clickpipes:connectionUri": project.neon.connectionUri.replace("127.0.0.1", "localhost") };
    const expected = `the connection's host localhost is not an endpoint of project ${project.neon.projectId}.\nThe endpoints of the project are: 127.0.0.1.\n`;
    expect(await failure(managed(elsewhere).check(args({ allowRestart: true })))).toContain(expected);
    const provider = handler("LogicalReplication");
    provider.configure({ config: { get: (key) => configOf(elsewhere)[key] } });
    expect(await failure(provider.create(args({ allowRestart: true })))).toContain(expected);
    expect(patches()).toEqual([]);
  });

  test("a host in another domain that begins with an endpoint's id belongs to the project", async () => {
    const host = `${project.neon.endpointId}.vpce.example.com`;
    const elsewhere = { "clickpipes:connectionUri": project.neon.connectionUri.replace("127.0.0.1", host) };
    expect(await failure(managed(elsewhere).check(args({ allowRestart: true })))).toBe("no error");
    expect(await failure(managed(elsewhere).check(args()))).toContain("To turn it on, set `allowRestart: true`.");
  });

  test("if this machine cannot connect beforehand, nothing is turned on", async () => {
    const wrong = { "clickpipes:connectionUri": project.neon.connectionUri.replace(/:[^:@/]+@/, ":wrong-password@") };
    expect(await failure(managed(wrong).up(args({ allowRestart: true })))).toMatch(/the password was refused/);
    expect(patches()).toEqual([]);
    expect(isOn()).toBe(false);
  });

  test("create sends one PATCH, waits for the operations, and checks that the server itself reports logical", async () => {
    project.neon.operations.stateMs = 150;
    const { outputs } = await managed().up(args({ allowRestart: true }));
    expect(project.neon.operations.running).toBe(false);
    expect(outputs).toMatchObject({ walLevel: "logical", maxWalSenders: 10, maxReplicationSlots: 10 });
    expect(await walLevel()).toBe("logical");
    expect(patches()).toHaveLength(1);
    expect(patches()[0]?.body).toEqual({ project: { settings: { enable_logical_replication: true } } });
  });

  test("an idle compute is woken", async () => {
    await project.neon.compute.suspend();
    expect((await managed().up(args({ allowRestart: true }))).outputs.walLevel).toBe("logical");
  });

  test("the restart waits for a running transaction of this process, and new ones begin after it", async () => {
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
    const up = managed().up(args({ allowRestart: true }));
    await Promise.all([long, up]);
    await late;
    expect(events).toEqual(["commit", "PATCH", "new transaction: logical"]);
    expect(await asOwner("select count(*)::int as count from kept")).toEqual([{ count: 1 }]);
  });

  test("two resources in one run turn it on once", async () => {
    const [one, other] = [managed(), new Managed("LogicalReplication", "other", configOf())];
    const both = await Promise.all([one, other].map((each) => each.up(args({ allowRestart: true }))));
    expect(both.map(({ outputs }) => outputs.walLevel)).toEqual(["logical", "logical"]);
    expect(patches()).toHaveLength(1);
  });

  test("a PATCH whose connection is lost before the write is sent again, after a read that finds the setting off", async () => {
    project.neon.faults.add({ method: "PATCH", cut: "before" });
    expect((await managed().up(args({ allowRestart: true }))).outputs.walLevel).toBe("logical");
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

  test("a PATCH whose connection is lost after the write is not repeated, and its operations are still waited for", async () => {
    project.neon.operations.stateMs = 200;
    project.neon.faults.add({ method: "PATCH", cut: "after" });
    expect((await managed().up(args({ allowRestart: true }))).outputs.walLevel).toBe("logical");
    expect(patches()).toHaveLength(1);
    expect(project.neon.operations.running).toBe(false);
  });

  test("a PATCH that Neon answers with 500 every time fails after a few tries, and the next run turns the setting on", async () => {
    run.neonWaits.pause = 10;
    project.neon.faults.add({ method: "PATCH", status: 500, times: 1000 });
    expect(await failure(managed().up(args({ allowRestart: true })))).toMatch(
      /PATCH \/projects\/\S+ failed with HTTP 500\.\n/,
    );
    expect(patches()).toHaveLength(4);
    expect(isOn()).toBe(false);
    project.neon.faults.clear();
    expect((await managed().up(args({ allowRestart: true }))).outputs.walLevel).toBe("logical");
  });

  test("a restart that a killed run started is waited for, without `allowRestart` and without another PATCH", async () => {
    project.neon.operations.stateMs = 200;
    await fetch(`${project.neon.apiUrl}/projects/${project.neon.projectId}`, {
      method: "PATCH",
      headers: { authorization: `Bearer ${project.neon.apiKey}`, "content-type": "application/json" },
      body: JSON.stringify({ project: { settings: { enable_logical_replication: true } } }),
    });
    expect((await managed().up(args())).outputs.walLevel).toBe("logical");
    expect(patches()).toHaveLength(1);
  });

  test("an operation in status error is reported at once, and so is what is left to do", async () => {
    project.neon.operations.failNext({ status: "error", message: "no capacity" });
    const message = await failure(managed().up(args({ allowRestart: true })));
    const [operation] = project.neon.operations.list().filter(({ status }) => status === "error");
    expect(message).toContain(
      `operation apply_config (${operation?.id}) of Neon project ${project.neon.projectId} ended in status "error".\nThe error was: no capacity.\n`,
    );
    await project.neon.operations.idle();
    expect(await failure(managed().up(args()))).toContain("restart the compute in Neon's console");
    project.neon.server.set({ wal_level: "logical" });
    await project.neon.compute.suspend();
    expect((await managed().up(args())).outputs.walLevel).toBe("logical");
  });

  test("Neon has some time to retry a failed operation, which is reported after that", async () => {
    run.neonWaits.failedOperation = 400;
    run.neonWaits.poll = 50;
    project.neon.operations.failNext({ status: "failed", message: "compute did not start" });
    expect(await failure(managed().up(args({ allowRestart: true })))).toMatch(
      /operation apply_config \(\S+\) of .* ended in status "failed"\.\nThe error was: compute did not start\./,
    );
  });

  test("a failed operation that Neon retries with success is not an error", async () => {
    run.neonWaits.poll = 20;
    project.neon.operations.stateMs = 100;
    project.neon.operations.failNext({ status: "failed", retried: true });
    expect((await managed().up(args({ allowRestart: true }))).outputs.walLevel).toBe("logical");
  });

  test("an operation that does not end is reported at the deadline", async () => {
    Object.assign(run.neonWaits, { operations: 300, poll: 50 });
    project.neon.operations.stateMs = 1000;
    expect(await failure(managed().up(args({ allowRestart: true })))).toMatch(
      /operation apply_config \(\S+\) of .* is still "\w+" after 0\.3 s\.\n.*then run `pulumi up` again\./,
    );
  });

  test("if it takes long, it reports at intervals what it is waiting for", async () => {
    Object.assign(run.neonWaits, { progress: 150 });
    project.neon.operations.stateMs = 300;
    project.neon.compute.coldStartMs = 400;
    // A line is printed once a run, and another test of this file has printed the first one of "replication".
    await managed({}, "slow").up(args({ allowRestart: true }));
    project.neon.compute.coldStartMs = 0;
    expect(lines()).toContain(
      `turning logical replication on for project ${project.neon.projectId}.\nIts computes restart, which cuts open connections.`,
    );
    expect(lines()).toMatch(/waiting for Neon: operation apply_config \(\S+\) is \w+ \(\d+ s so far\)/);
    expect(lines()).toMatch(/waiting for 127.0.0.1 to come back with wal_level = logical/);
  });
});
