import { once } from "node:events";
import { connect } from "node:net";
import { Client } from "pg";
import { LogicalReplicationService, PgoutputPlugin } from "pg-logical-replication";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type LocalNeon, startLocalNeon } from "../support/neon";
import { CANCEL_REQUEST } from "../support/postgres/messages";
import { asSuperuser } from "../support/postgres/superuser";

let neon: LocalNeon;
let client: Client;

beforeAll(async () => {
  neon = await startLocalNeon({ version: 18, logicalReplication: true });
  client = await connected();
  await client.query("create table t (id int primary key, text text)");
});
afterEach(() => {
  neon.wire.delayMs = 0;
});
afterAll(async () => {
  await client?.end();
  await neon?.stop();
});

async function connected(options: { pipeline?: boolean } = {}): Promise<Client> {
  const config = { connectionString: neon.connectionUri, ...options };
  const opened = new Client(config as { connectionString: string });
  opened.on("error", () => {});
  await opened.connect();
  return opened;
}

test("a reader of logical replication gets through, with a slot, its changes and no mistaken neighbour", async () => {
  await client.query("create publication p for table t");
  await client.query("select pg_create_logical_replication_slot('s', 'pgoutput')");
  const { rows: slots } = await client.query("select slot_name, slot_type from pg_replication_slots order by 1");
  expect(slots).toEqual([
    { slot_name: "s", slot_type: "logical" },
    { slot_name: "wal_proposer_slot", slot_type: "physical" },
  ]);
  const service = new LogicalReplicationService({ connectionString: neon.connectionUri });
  const seen: unknown[] = [];
  service.on("data", async (_: string, message: { tag: string; new?: unknown }) => {
    if (message.tag === "insert") seen.push(message.new);
  });
  void service.subscribe(new PgoutputPlugin({ protoVersion: 1, publicationNames: ["p"] }), "s").catch(() => {});
  await client.query("insert into t values (1, 'one')");
  await expect.poll(() => seen, { timeout: 10_000 }).toEqual([{ id: 1, text: "one" }]);
  await service.stop();
  await expect
    .poll(async () => (await client.query("select active from pg_replication_slots where slot_name = 's'")).rows)
    .toEqual([{ active: false }]);
  await client.query("select pg_drop_replication_slot('s')");
});

test("a statement can be cancelled", async () => {
  const { processID, secretKey } = client as unknown as { processID: number; secretKey: number };
  const sleeping = client.query("select pg_sleep(30)");
  const request = Buffer.alloc(16);
  for (const [index, value] of [16, CANCEL_REQUEST, processID, secretKey].entries()) {
    request.writeInt32BE(value, index * 4);
  }
  sleeping.catch(() => {});
  const running = "select from pg_stat_activity where wait_event = 'PgSleep'";
  await expect.poll(async () => (await asSuperuser(neon.server, "postgres", [running])).length).toBe(1);
  const socket = connect(neon.port, neon.host).resume();
  const closed = once(socket, "close");
  socket.write(request);
  await expect(sleeping).rejects.toMatchObject({ code: "57014" });
  await closed;
});

test("notices, notifications, named statements and large rows pass unchanged", async () => {
  const notices: (string | undefined)[] = [];
  client.on("notice", ({ message }) => notices.push(message));
  await client.query("do $$ begin raise notice 'hello'; end $$");
  expect(notices).toEqual(["hello"]);
  const notified = once(client, "notification");
  await client.query("listen news; notify news, 'now'");
  expect((await notified)[0]).toMatchObject({ channel: "news", payload: "now" });
  for (let index = 0; index < 3; index++) {
    const { rows } = await client.query({ name: "double", text: "select $1::int * 2 as result", values: [index] });
    expect(rows).toEqual([{ result: index * 2 }]);
  }
  const { rows } = await client.query("select repeat('x', 1000) as text from generate_series(1, 20000)");
  expect(rows).toHaveLength(20_000);
});

test("connecting takes three round trips and a pipelined transaction one, the role hook's questions not counted", async () => {
  neon.wire.reset();
  const pipelined = await connected({ pipeline: true });
  expect(neon.wire.total).toMatchObject({ connections: 1, roundTrips: 3 });
  neon.wire.reset();
  await Promise.all([
    pipelined.query("begin"),
    pipelined.query("select set_config('t.password', $1, true)", ["Grand-Ocean7_tulip!Quartz42"]),
    pipelined.query(
      "do $$ begin execute format('create role r login replication password %L', current_setting('t.password')); end $$",
    ),
    pipelined.query("comment on role r is 'x'"),
    pipelined.query("create publication everything for all tables"),
    pipelined.query("commit"),
  ]);
  expect(neon.wire.total.roundTrips).toBe(1);
  await pipelined.end();
});

test("a client that vanishes leaves no session behind", async () => {
  const sessions = async (): Promise<number> => {
    const [row] = await asSuperuser<{ count: number }>(neon.server, "postgres", [
      "select count(*)::int from pg_stat_activity where usename = 'neondb_owner'",
    ]);
    return row?.count ?? 0;
  };
  const before = await sessions();
  const vanishing = await connected();
  await vanishing.query("begin");
  expect(await sessions()).toBe(before + 1);
  (vanishing as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
  await expect.poll(sessions).toBe(before);
});

test("a restart in the middle of a lent right leaves no superuser behind", async () => {
  const locker = await connected();
  await locker.query("begin; lock table t in access exclusive mode");
  const creating = client.query("create publication blocked for table t, tables in schema public");
  creating.catch(() => {});
  const waiting = "select from pg_stat_activity where wait_event_type = 'Lock' and query like '%blocked%'";
  await expect.poll(async () => (await asSuperuser(neon.server, "postgres", [waiting])).length).toBe(1);
  await neon.server.restart("immediate");
  await expect(creating).rejects.toThrow();
  client = await connected();
  const { rows } = await client.query("select rolname from pg_roles where rolsuper");
  expect(rows).toEqual([{ rolname: "cloud_admin" }]);
});
