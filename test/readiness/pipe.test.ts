import { Client } from "pg";
import { LogicalReplicationService, PgoutputPlugin } from "pg-logical-replication";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { POSTGRES_VERSIONS, type PostgresServer, startPostgres } from "../support/postgres/servers";
import { newReadinessSource, type ReadinessSource, reportOn, wrong } from "../support/readiness/source";

describe.each(POSTGRES_VERSIONS)("SourceReadiness next to a running pipe, on Postgres %i", (version) => {
  let server: PostgresServer;
  let source: ReadinessSource;
  const stop: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const settings = { wal_level: "logical", max_replication_slots: "3", max_wal_senders: "3" };
    server = await startPostgres({ version, settings });
  });
  beforeEach(async () => {
    source = await newReadinessSource(server);
  });
  afterEach(async () => {
    for (const end of stop.splice(0)) await end();
    await source.stop();
  });
  afterAll(() => server?.stop());

  /** Reads the publication over a slot of that name, as ClickPipes does. */
  async function pipe(slot: string, uri: string): Promise<void> {
    await source.run(`select pg_create_logical_replication_slot('${slot}', 'pgoutput')`);
    const service = new LogicalReplicationService(
      { connectionString: uri },
      { acknowledge: { auto: true, timeoutSeconds: 1 } },
    );
    const started = new Promise<void>((resolve) => service.on("start", () => resolve()));
    const ended = service.subscribe(new PgoutputPlugin({ protoVersion: 1, publicationNames: ["pipe"] }), slot);
    await Promise.race([started, ended]);
    stop.push(async () => {
      await service.destroy();
      await ended.catch(() => {});
      await vi.waitFor(async () =>
        expect(await source.run("select from pg_replication_slots where active")).toEqual([]),
      );
    });
  }

  async function takeWalSenders(count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      const client = new Client({ connectionString: source.uri, replication: "database" } as never);
      await client.connect();
      stop.unshift(() => client.end());
    }
  }

  test("stays green while the pipe reads, even if all slots, all walsenders and all its connections are in use", async () => {
    await pipe("peerflow_slot_orders", source.readerUri);
    await source.run(
      "select pg_create_logical_replication_slot('idle_' || i, 'pgoutput') from generate_series(1, 2) i",
    );
    await takeWalSenders(2);
    expect(wrong(await reportOn(source))).toEqual([]);
    expect(wrong(await reportOn(source, { replicationSlotName: "peerflow_slot_orders" }))).toEqual([]);
    await source.run("alter role reader connection limit 1");
    expect(wrong(await reportOn(source))).toEqual(["connectionLimit: warning"]);
  });

  test("if other readers use all walsenders, its fix is to raise the limit, not to avoid a pooler", async () => {
    await takeWalSenders(3);
    const report = await reportOn(source);
    expect(wrong(report)).toEqual(["replicationConnection: blocked", "walSenders: blocked"]);
    const fixes = new Set(report.map(({ fix }) => fix).filter((fix) => fix !== ""));
    expect([...fixes]).toEqual(["ALTER SYSTEM SET max_wal_senders = 10 -- and restart the server"]);
  });

  test("does not take the slots of other readers for the pipe's", async () => {
    await pipe("other_pipe", source.uri);
    await source.run(
      "select pg_create_logical_replication_slot('idle_' || i, 'pgoutput') from generate_series(1, 2) i",
    );
    expect(wrong(await reportOn(source))).toEqual(["slots: blocked"]);
    const args = { replicationMode: "cdc_only", replicationSlotName: "other_pipe" };
    const { detail } = (await reportOn(source, args)).find(({ check }) => check === "slotName") ?? {};
    expect(detail).toMatch(/slot other_pipe is read by role "\w+"/);
  });

  test("does not take a slot that no one reads for the pipe's by its name, and names it", async () => {
    await source.run("select pg_create_logical_replication_slot('peerflow_slot_orders', 'pgoutput')");
    await source.run(
      "select pg_create_logical_replication_slot('idle_' || i, 'pgoutput') from generate_series(1, 2) i",
    );
    const report = await reportOn(source);
    expect(wrong(report)).toEqual(["slots: blocked", "leftoverSlots: warning"]);
    expect(report.find(({ check }) => check === "leftoverSlots")?.detail).toContain("peerflow_slot_orders");
    expect(
      wrong(await reportOn(source, { replicationMode: "cdc_only", replicationSlotName: "peerflow_slot_orders" })),
    ).toEqual([]);
  });
});
