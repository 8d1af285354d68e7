import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Connection } from "../../provider";
import { ClickHouse, type Mapping } from "../../scripts/demo/clickHouse";
import { ChangeReader } from "../../scripts/demo/replication";
import { createStack, type Stack } from "../support/engine/stack";
import { type PostgresServer, startPostgres } from "../support/postgres/servers";

const PROGRAM = `
import * as clickpipes from "pulumi-neon-clickpipes";
export const { connection, postgresSource } = new clickpipes.ClickPipesSource("orders", {
  tables: [{ schema: "public", name: "orders", columns: ["id", "customer", "amount", "placed"] }, "shop.orders", "shop.events"],
});`;

const SAMPLE = `
create table public.orders (id bigint generated always as identity primary key, customer text, amount numeric(10, 2) not null,
  placed timestamptz not null default clock_timestamp(), secret text);
create schema shop;
create table shop.orders (sku text primary key, "the price" double precision);
create table shop.events (id int, day date, primary key (id, day)) partition by range (day);
create table shop.events_2026 partition of shop.events for values from ('2026-01-01') to ('2027-01-01');
insert into public.orders (customer, amount, secret) select nullif('customer ' || i, 'customer 7'), i / 3.0, 's' from generate_series(1, 2000) i;
insert into shop.orders select 'sku ' || i || E' \\'"\\\\ \\t é', i / 7.0 from generate_series(1, 500) i;
insert into shop.events select i, '2026-03-01' from generate_series(1, 500) i;`;

const CHANGES = `
insert into public.orders (customer, amount) select 'late ' || i, i from generate_series(1, 100) i;
update public.orders set customer = null, amount = amount + 0.01 where id % 20 = 0;
delete from public.orders where id % 50 = 0;
update shop.orders set "the price" = null where sku like 'sku 1%';
delete from shop.orders where sku like 'sku 2%';
create table shop.events_2027 partition of shop.events for values from ('2027-01-01') to ('2028-01-01');
insert into shop.events select i, '2027-03-01' from generate_series(1, 50) i;
delete from shop.events where id = 3;`;

describe("a real ClickHouse that gets only the outputs of the stack", () => {
  let server: PostgresServer;
  let application: Client;
  let stack: Stack;
  let clickHouse: ClickHouse;
  let reader: ChangeReader;
  let connection: Connection;
  let mappings: Mapping[];

  /** Compared as the owner of the database sees it: what the ClickPipes user cannot see would be missed on both sides. */
  const compared = async (): Promise<number[]> => {
    const { user, password } = server.superuser;
    const differences: number[] = [];
    for (const mapping of mappings) {
      differences.push(await clickHouse.differences({ ...connection, user, password }, mapping));
    }
    return differences;
  };

  beforeAll(async () => {
    clickHouse = (await ClickHouse.open()) as ClickHouse;
    server = await startPostgres({ version: 17, settings: { wal_level: "logical" } });
    application = new Client(server.uri());
    await application.connect();
    await application.query(SAMPLE);
    const config = { "clickpipes:connectionUri": { secret: server.uri() } };
    stack = await createStack({ program: PROGRAM, config });
    await stack.up({ skipPreview: true });
    const outputs = await stack.outputs(true);
    connection = outputs.connection as Connection;
    mappings = (outputs.postgresSource as { tableMappings: Mapping[] }).tableMappings;
  });
  afterAll(async () => {
    await reader?.stop();
    clickHouse?.close();
    await stack?.remove();
    await application?.end();
    await server?.stop();
  });

  test("loads every row of every table, and no excluded column", async () => {
    reader = await ChangeReader.open(connection, "peerflow_slot_orders");
    expect(await clickHouse.load(connection, mappings)).toBe(3000);
    expect(await compared()).toEqual([0, 0, 0]);
    expect(mappings.map(({ targetTable }) => targetTable)).toEqual(["public_orders", "shop_orders", "events"]);
    expect(await clickHouse.columns("public_orders")).toBe("id customer amount placed _version _deleted");
  });

  test("then gets every insert, update and delete, including those in later partitions", async () => {
    await application.query(CHANGES);
    expect(Math.min(...(await compared()))).toBeGreaterThan(0);
    await reader.start();
    const changes = await reader.caughtUp();
    expect(JSON.stringify(changes)).not.toContain("secret");
    await clickHouse.apply(changes);
    expect(await compared()).toEqual([0, 0, 0]);
    expect(await clickHouse.rows(mappings[2] as Mapping)).toBe(548);
  });
});
