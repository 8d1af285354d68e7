import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { LogicalReplicationService, PgoutputPlugin } from "pg-logical-replication";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type LocalNeon, startLocalNeon } from "../support/neon";

const AFTER_MS = 300;
let neon: LocalNeon;

beforeAll(async () => {
  neon = await startLocalNeon({ suspendAfterMs: AFTER_MS, logicalReplication: true });
});
afterAll(() => neon?.stop());

async function connected(): Promise<Client> {
  const client = new Client(neon.connectionUri);
  client.on("error", () => {});
  await client.connect();
  return client;
}
const stopped = () => vi.waitFor(() => expect(neon.compute.state).toBe("idle"), { timeout: 30_000, interval: 20 });

test("a compute that nobody uses stops, cutting who is only connected, and the next connection wakes it", async () => {
  const client = await connected();
  const end = new Promise<void>((resolve) => client.on("end", resolve));
  await stopped();
  await end;
  const next = await connected();
  expect(neon.compute.state).toBe("active");
  await next.end();
});

test("an open transaction keeps it on", async () => {
  const client = await connected();
  await client.query("begin");
  await sleep(AFTER_MS * 5);
  await client.query("commit");
  expect(neon.compute.state).toBe("active");
  await client.end();
  await stopped();
});

test("a reader of logical replication keeps it on, as long as it reads", async () => {
  const admin = await connected();
  await admin.query("create publication p");
  await admin.query("select pg_create_logical_replication_slot('reader', 'pgoutput')");
  await admin.end();
  const service = new LogicalReplicationService({ connectionString: neon.connectionUri });
  service.on("error", () => {});
  void service.subscribe(new PgoutputPlugin({ protoVersion: 1, publicationNames: ["p"] }), "reader").catch(() => {});
  await new Promise((resolve) => service.once("start", resolve));
  await sleep(AFTER_MS * 5);
  expect(neon.compute.state).toBe("active");
  await service.stop();
  await stopped();
});
