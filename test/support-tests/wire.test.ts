import { Client } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type PostgresServer, startPostgres } from "../support/postgres/servers";
import { startWire, type Wire } from "../support/wire/recording";

let server: PostgresServer;
let wire: Wire;

beforeAll(async () => {
  server = await startPostgres({ version: 17 });
});
beforeEach(async () => {
  wire = await startWire(server);
});
afterEach(() => wire.stop());
afterAll(() => server?.stop());

async function connected(pipeline = false): Promise<Client> {
  const client = new Client({ connectionString: wire.uri(server.uri()), pipeline } as { connectionString: string });
  client.on("error", () => {});
  await client.connect();
  return client;
}

const rowsOf = async (sql: string): Promise<unknown[]> => {
  const direct = new Client(server.uri());
  await direct.connect();
  const { rows } = await direct.query(sql);
  await direct.end();
  return rows;
};

test("connecting with a password and without TLS takes three round trips", async () => {
  const client = await connected();
  expect(wire.total).toMatchObject({ connections: 1, roundTrips: 3, messages: 3 });
  await client.end();
});

test("a Terminate, which nobody answers, is no round trip", async () => {
  const client = await connected();
  wire.reset();
  await client.end();
  expect(wire.total).toMatchObject({ connections: 0, roundTrips: 0, messages: 1 });
  expect(wire.openConnections).toBe(0);
});

test("queries one after the other count one each, and pipelined ones count one together", async () => {
  const single = await connected();
  wire.reset();
  for (let index = 0; index < 5; index++) await single.query("select $1::int", [index]);
  expect(wire.total.roundTrips).toBe(5);
  await single.end();

  const pipelined = await connected(true);
  wire.reset();
  await Promise.all([1, 2, 3, 4, 5].map((index) => pipelined.query("select $1::int", [index])));
  expect(wire.total.roundTrips).toBe(1);
  await pipelined.end();
});

test("the delay is added once in each direction", async () => {
  const client = await connected();
  wire.delayMs = 30;
  const begun = performance.now();
  await client.query("select 1");
  expect(performance.now() - begun).toBeGreaterThanOrEqual(59);
  wire.delayMs = 0;
  await client.end();
});

test.each([
  ["before server", 0],
  ["before answer", 1],
  ["after answer", 1],
] as const)("a cut %s leaves %i rows behind", async (point, expected) => {
  const table = `cut_${point.replace(" ", "_")}`;
  const client = await connected();
  await client.query(`create table ${table} (id int)`);
  wire.cutAfterMessages(1, point);
  const insert = client.query(`insert into ${table} values (1)`);
  if (point === "after answer") await insert;
  else await expect(insert).rejects.toThrow();
  await expect(client.query("select 1")).rejects.toThrow();
  expect(await rowsOf(`select * from ${table}`)).toHaveLength(expected);
});

test("a refused connection is refused by the system, and open ones go on", async () => {
  const client = await connected();
  await wire.refuse();
  await expect(connected()).rejects.toMatchObject({ code: "ECONNREFUSED" });
  await client.query("select 1");
  await wire.accept();
  await (await connected()).end();
  await client.end();
});

test("cutting all connections is felt by every client", async () => {
  const clients = await Promise.all([connected(), connected()]);
  const ends = clients.map((client) => new Promise((resolve) => client.once("error", resolve)));
  wire.cutAll();
  await Promise.all(ends);
});
