import { Client } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { handler } from "../../provider/dynamic/handler";
import type { ReadinessCheck } from "../../provider/readiness/check";
import { Managed } from "../support/managed";
import { type PostgresServer, startPostgres } from "../support/postgres/servers";
import { newReadinessSource, type ReadinessSource, reportOn, wrong } from "../support/readiness/source";
import { useWarnings } from "../support/warnings";
import { startWire } from "../support/wire/recording";

describe("SourceReadiness", () => {
  let server: PostgresServer;
  let source: ReadinessSource;
  const said = useWarnings();

  beforeAll(async () => {
    const settings = { wal_level: "logical", max_prepared_transactions: "2", max_slot_wal_keep_size: "1MB" };
    server = await startPostgres({ version: 17, settings });
  });
  beforeEach(async () => {
    said.length = 0;
    source = await newReadinessSource(server);
  });
  afterEach(() => source.stop());
  afterAll(() => server?.stop());

  const readiness = (config = source.config) => new Managed("SourceReadiness", "readiness", config);
  const failure = async (work: Promise<unknown>): Promise<string> => {
    const error = await work.then(
      () => new Error("it succeeded"),
      (reason: Error) => reason,
    );
    expect(error.stack).toBe(error.message);
    return error.message;
  };

  test("fails the up with every blocked check and its fix, and keeps no state", async () => {
    await source.run("alter role reader noreplication; revoke select on public.orders from reader");
    const made = readiness();
    const message = await failure(made.up(source.args));
    expect(message).toContain("ClickPipes would not accept this source: 3 checks are blocked.\n");
    expect(message).toContain(
      'replicationRole: role "reader" lacks the REPLICATION attribute, which roles do not inherit.\n',
    );
    expect(message).toContain('\n      GRANT SELECT ON "public"."orders" TO "reader";\n');
    expect(message).not.toContain(source.password);
    expect(made.state).toBeUndefined();
  });

  test("warns of what onFailure: warn lets pass", async () => {
    await source.run("alter role reader noreplication");
    const { outputs } = await readiness().up({ ...source.args, onFailure: "warn" });
    expect(wrong(outputs.report as never)).toContain("replicationRole: blocked");
    const lines = said.join("\n");
    expect(lines).toContain("warning: SourceReadiness readiness: replicationConnection (blocked): ");
    expect(lines).not.toContain(source.password);
  });

  test("checks again when a trigger changes, and connects to nothing when none does", async () => {
    const wire = await startWire(server);
    const made = readiness({ "clickpipes:connectionUri": wire.uri(source.uri) });
    await made.up({ ...source.args, triggers: ["a"] });
    wire.reset();
    expect((await made.up({ ...source.args, triggers: ["a"] })).kind).toBe("same");
    expect(wire.total.messages).toBe(0);
    await source.run("alter role reader noreplication");
    expect(await failure(made.up({ ...source.args, triggers: ["b"] }))).toContain("replicationRole");
    await wire.stop();
  });

  test("lists a check that a refresh finds blocked as drift, and the next up checks again and succeeds once it is fixed", async () => {
    const made = readiness();
    await made.up(source.args);
    await source.run("revoke select on shop.items from reader");
    expect(await made.refresh()).toBe(true);
    expect(made.drift).toEqual(['select: role "reader" cannot read all columns of: shop.items']);
    expect(await failure(made.up(source.args))).toContain("select: ");
    await source.run("grant select on shop.items to reader");
    expect((await made.up(source.args)).kind).toBe("update");
    expect(wrong(made.outputs.report as never)).toEqual([]);
    expect(await made.refresh()).toBe(false);
  });

  test("with onFailure: warn, lists under drift only what no up has warned about yet", async () => {
    const args = { ...source.args, onFailure: "warn" };
    const made = readiness();
    await made.up(args);
    await source.run("revoke select on shop.items from reader");
    for (let times = 0; times < 2; times++) {
      await made.refresh();
      expect(made.drift).toEqual(['select: role "reader" cannot read all columns of: shop.items']);
    }
    expect((await made.up(args)).kind).toBe("update");
    expect(await made.refresh()).toBe(false);
    expect((await made.up(args)).kind).toBe("same");
  });

  test("stores nothing that comes and goes, and names a transaction that stays open in any database", async () => {
    const made = readiness();
    await made.up(source.args);
    await source.run("drop database if exists other");
    await source.run("create database other");
    const elsewhere = new Client(server.uri({ database: "other" }));
    await elsewhere.connect();
    await elsewhere.query("create table written (at text)");
    const write = () => elsewhere.query("begin; insert into written values ('now')");
    const stored = made.outputs;
    await write();
    await source.run("insert into public.orders select i from generate_series(10, 5000) i; select pg_switch_wal()");
    expect(await made.refresh()).toBe(false);
    expect(made.outputs).toEqual(stored);

    await made.up({ ...source.args, triggers: [1] });
    const [found] = (made.outputs.report as ReadinessCheck[]).filter(({ status }) => status !== "ok");
    expect(found).toMatchObject({ check: "openTransactions", status: "warning" });
    expect(found?.detail).toMatch(/^creating a slot waits for session \d+ of cloud_admin, open since \d{4}-/);
    expect(said.join()).toContain(found?.fix.replace(" -- ", "; -- "));
    await elsewhere.query("rollback");
    expect(wrong(await reportOn(source))).toEqual([]);

    // A transaction that ends during the check is normal.
    await write();
    const report = reportOn(source);
    await elsewhere.query("select pg_sleep(0.3); rollback");
    expect(wrong(await report)).toEqual([]);
    await elsewhere.end();
  });

  test("names a prepared transaction, and the statement that ends it", async () => {
    await source.run("begin; insert into public.orders values (1, 'prepared'); prepare transaction 'order 1'");
    try {
      const report = await reportOn(source);
      expect(wrong(report)).toEqual(["preparedTransactions: warning"]);
      await source.run(report.find(({ check }) => check === "preparedTransactions")?.fix ?? "");
      expect(wrong(await reportOn(source))).toEqual([]);
    } finally {
      // It would delay the next test.
      await source.run("rollback prepared 'order 1'").catch(() => {});
    }
  });

  test("reads 500 tables in one round trip, in addition to connecting and its two probes", async () => {
    await source.run(`do $$ begin for i in 1..500 loop
      execute format('create table public.t%s (id int primary key, a text, b text)', i);
      execute format('grant select on public.t%s to reader; alter publication pipe add table public.t%s', i, i);
    end loop; end $$`);
    const tables = Array.from({ length: 500 }, (_, i) => `public.t${i + 1}`);
    for (const scope of [{}, { tables }]) {
      const wire = await startWire(server);
      const made = readiness({ "clickpipes:connectionUri": wire.uri(source.uri) });
      await made.up({ ...source.args, ...scope });
      expect(wrong(made.outputs.report as never)).toEqual([]);
      expect(wire.total.connections).toBe(3);
      const [admin] = wire.connections;
      // Four of them open the connection: startup and SCRAM.
      expect(admin?.roundTrips).toBeLessThanOrEqual(5);
      await wire.stop();
    }
  });

  test("fixes a pipe with excluded columns without granting SELECT on those columns", async () => {
    await source.run("revoke select on public.orders from reader");
    const tables = [{ schema: "public", name: "orders", excludedColumns: ["note"] }];
    const report = await reportOn(source, { tables });
    await source.run(report.find(({ check }) => check === "select")?.fix ?? "");
    expect(wrong(await reportOn(source, { tables }))).toEqual([]);
    const [row] = await source.run("select has_column_privilege('reader', 'public.orders', 'note', 'SELECT') as may");
    expect(row).toEqual({ may: false });
  });

  test("names a slot that has lost its WAL", async () => {
    await source.run("select pg_create_logical_replication_slot('late', 'pgoutput')");
    for (let i = 0; i < 4; i++)
      await source.run(
        "insert into public.orders select i, repeat('x', 900) from generate_series(1, 1000) i; delete from public.orders; select pg_switch_wal()",
      );
    await source.run("checkpoint");
    const lost = (await reportOn(source)).find(({ check }) => check === "lostSlots");
    expect(lost).toMatchObject({ status: "warning", fix: "SELECT pg_catalog.pg_drop_replication_slot('late')" });
    await source.run(lost?.fix ?? "");
    expect(wrong(await reportOn(source))).toEqual([]);
  });

  test("names what the state of .get lacks", async () => {
    const provider = handler("SourceReadiness");
    provider.configure({ config: { get: (key) => source.config[key] } });
    expect(await failure(provider.read("pipe", { role: "reader" }))).toBe(
      "SourceReadiness.get: its `state` argument lacks password, publication.\nAdd what is missing: only your program knows it.",
    );
    const { props = {} } = await provider.read("pipe", { ...source.args });
    expect(wrong(props.report as never)).toEqual([]);
  });

  test("refuses wrong arguments without connecting", async () => {
    const check = (args: object) =>
      readiness()
        .check({ ...source.args, ...args })
        .then(String, (error: Error) => error.message);
    expect(await check({ tables: ["orders"] })).toContain('tables[0]: "orders" is not "schema.table"');
    expect(await check({ replicationSlotName: "My-Slot" })).toContain(
      "replicationSlotName: expected the name of a replication slot",
    );
    expect(await check({ replicationMode: "all" })).toContain("replicationMode: expected one of");
    const twice = ["public.orders", { schema: "public", name: "orders", excludedColumns: ["note"] }];
    expect(await check({ tables: twice })).toContain("public.orders is listed twice with different options");
    expect(await check({ publication: undefined })).toBe("publication: is required");
  });
});
