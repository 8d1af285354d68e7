import { writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { freePort } from "../support/freePort";
import { Managed } from "../support/managed";
import { type LocalNeon, startLocalNeon } from "../support/neon";
import { type PostgresServer, startPostgres } from "../support/postgres/servers";
import { newReadinessSource, type ReadinessSource, reportOn, wrong } from "../support/readiness/source";
import { startWire } from "../support/wire/recording";

describe("SourceReadiness", () => {
  let server: PostgresServer;
  let source: ReadinessSource;
  let silent: Server;

  beforeAll(async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    server = await startPostgres({ version: 17, settings: { wal_level: "logical" } });
    source = await newReadinessSource(server);
    silent = createServer(() => {}).listen(await freePort(), "127.0.0.1");
  });
  afterAll(async () => {
    silent?.close();
    await source?.stop();
    await server?.stop();
  });

  const outcome = async (uri: string, args: object = {}, before = async (_made: Managed) => {}): Promise<string> => {
    // Longer than a test may take, so that neither of them takes effect.
    const limits = { "clickpipes:connectTimeout": "600", "clickpipes:statementTimeout": "600" };
    const made = new Managed("SourceReadiness", "readiness", { "clickpipes:connectionUri": uri, ...limits });
    await before(made);
    const error = await made.up({ ...source.args, ...args, triggers: ["now"] }).then(
      () => Object.assign(new Error("it succeeded"), { stack: "it succeeded" }),
      (reason: Error) => reason,
    );
    expect(error.stack).toBe(error.message);
    for (const secret of [source.password, server.superuser.password, "not this one"])
      expect(error.message).not.toContain(secret);
    return error.message;
  };

  test("answers wrong inputs with a line of its report or a clear error", async () => {
    expect(await outcome(source.uri, { role: "nobody" })).toContain('role: role "nobody" does not exist');
    expect(await outcome(source.uri, { password: "not this one" })).toContain(
      'login: logging in as "reader" failed: password authentication failed for user "reader" (28P01 invalid_password)',
    );
    expect(await outcome(source.uri, { publication: "none" })).toContain('publication "none" does not exist');
    expect(await outcome(source.uri, { tables: ["shop.none"] })).toContain("tablesExist: no such table: shop.none");
    const port = await freePort();
    expect(await outcome(`postgres://admin:x@127.0.0.1:${port}/app`)).toContain("nothing listens there");
    expect(await outcome("postgres://admin:x@no-such-host.invalid/app")).toMatch(/no such host|could not be looked up/);
  });

  test("waits for an answer no longer than ClickPipes does, 15 seconds, and does not wait for locks", async () => {
    const { port } = silent.address() as { port: number };
    const [stalling, refusing] = [await startWire(server), await startWire(server)];
    await source.run(
      "create table held (id int primary key); grant select on held to reader; create publication held for table held",
    );
    await source.run("begin; lock table held");
    const answers = await Promise.all([
      // Accepts the connection and never answers.
      outcome(`postgres://admin:x@127.0.0.1:${port}/app`),
      // Stops answering on an open connection.
      outcome(stalling.uri(source.uri), {}, async (made) => {
        await made.up(source.args);
        stalling.delayMs = 120_000;
      }),
      // Keeps the admin's connection and refuses new ones.
      outcome(refusing.uri(source.uri), {}, async (made) => {
        await made.up(source.args);
        await refusing.refuse();
      }),
      // Another session has the table locked.
      outcome(source.uri, { publication: "held" }),
    ]);
    await source.run("rollback");
    expect(answers[0]).toMatch(new RegExp(`cannot connect to 127.0.0.1:${port}.*\n.*timeout`));
    expect(answers[1]).toContain("gave no answer within 15 s.\n");
    expect(answers[3]).toBe("it succeeded");
    expect(wrong(await reportOn(source, { publication: "held" }))).toEqual([]);
    expect(answers[2]).toContain('login: logging in as "reader" failed: connect ECONNREFUSED');
    await Promise.all([stalling.stop(), refusing.stop()]);
  });

  test("names wal_level and too few walsenders, and the settings that fix them", async () => {
    await server.configure({ wal_level: "replica", max_wal_senders: "1" });
    await source.stop();
    source = await newReadinessSource(server);
    const report = await reportOn(source);
    expect(wrong(report)).toEqual(["walLevel: blocked", "walSenders: blocked"]);
    for (const { fix } of report) if (fix) await source.run(fix);
    await server.restart();
    await source.stop();
    source = await newReadinessSource(server);
    expect(wrong(await reportOn(source))).toEqual([]);
  });

  test("names a read replica, as a line of the report", async () => {
    await server.pause();
    writeFileSync(join(server.dataDirectory, "standby.signal"), "");
    await server.resume();
    const report = await reportOn(source);
    expect(report.find(({ check }) => check === "primary")).toMatchObject({
      status: "blocked",
      fix: "use the host of the primary; on Neon, that of the branch's read-write endpoint",
    });
  });
});

describe("SourceReadiness as the owner of a Neon project", () => {
  let neon: LocalNeon;
  beforeAll(async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    neon = await startLocalNeon();
  });
  afterAll(() => neon?.stop());

  test("finds that a new project lacks only logical replication, and says to turn it on in Neon", async () => {
    const client = new Client(neon.connectionUri);
    await client.connect();
    const password = "Zu8-kR2_qW5.tY7~";
    await client.query("create table public.orders (id int primary key)");
    await client.query(`create role reader login replication password '${password}'`);
    await client.query("grant select on public.orders to reader");
    await client.query("create publication pipe for table public.orders");
    await client.end();
    const made = new Managed("SourceReadiness", "readiness", { "clickpipes:connectionUri": neon.connectionUri });
    const args = { role: "reader", password, publication: "pipe", onFailure: "warn" };
    await made.up(args);
    const { report } = made.outputs;
    expect(wrong(report as never)).toEqual(["walLevel: blocked"]);
    // A suspended compute gets the time to start.
    neon.compute.coldStartMs = 1000;
    await neon.compute.suspend();
    await made.up({ ...args, triggers: ["asleep"] });
    expect(made.outputs.report).toEqual(report);
    expect(JSON.stringify(report)).toContain("turn logical replication on in the Neon project");
  });
});
