import { afterAll, beforeAll, expect, test } from "vitest";
import { fresh } from "../support/freshName";
import { figure, LONG } from "../support/long";
import { useDatabase } from "../support/postgres/database";
import { session } from "../support/postgres/session";
import { managed } from "../support/publication/publications";
import { recordWarnings } from "../support/warnings";
import { startWire, type Wire } from "../support/wire/recording";

/** The result does not depend on the count. The printed milliseconds are useful in `npm run test:long`. */
const COUNT = LONG ? 10_000 : 2_000;

// CREATE PUBLICATION keeps a lock on each of its tables until it ends.
const db = useDatabase(18, "superuser", { max_locks_per_transaction: "512", autovacuum: "off" });
let wire: Wire;
const tables = Array.from({ length: COUNT }, (_unused, index) => `app.t${String(index).padStart(5, "0")}`);

beforeAll(async () => {
  await db.query("create schema app");
  for (let from = 0; from < COUNT; from += 1000)
    await db.query(`do $$ begin for i in ${from}..${from + 999} loop
      execute format('create table app.t%s (id int primary key)', lpad(i::text, 5, '0')); end loop; end $$`);
  const { hostname, port } = new URL(db.uri);
  wire = await startWire({ host: hostname, port: Number(port) });
});
afterAll(() => wire?.stop());

/**
 * The messages of each step of a whole life. `report` receives the milliseconds and the round trips of each step. A long message
 * that arrives in pieces may count as several round trips.
 */
async function life(
  list: string[],
  report: (step: string, ms: number, roundTrips: number) => void,
): Promise<Record<string, number>> {
  const pub = managed({ ...db, config: { "clickpipes:connectionUri": wire.uri(db.uri) } });
  const messages: Record<string, number> = {};
  const step = async (name: string, work: () => Promise<unknown>) => {
    wire.reset();
    const start = performance.now();
    await work();
    report(name, performance.now() - start, wire.total.roundTrips);
    messages[name] = wire.total.messages;
  };
  const desired = { name: fresh(), tables: list };
  await step("create", () => pub.up(desired));
  await step("unchanged", () => pub.up(desired));
  await step("one table less", () => pub.up({ ...desired, tables: list.slice(1) }));
  await step("one table more", () => pub.up(desired));
  await step("refresh", async () => expect(await pub.refresh()).toBe(false));
  await step("destroy", () => pub.destroy());
  return messages;
}

test(`${COUNT} tables take no more messages than two tables, and an unchanged run takes none`, {
  timeout: 240_000,
}, async () => {
  recordWarnings();
  // The first one connects, too.
  await life([], () => {});
  const few = await life(tables.slice(0, 2), () => {});
  const times: Record<string, string> = {};
  const many = await life(tables, (name, ms, roundTrips) => {
    times[name] = `${Math.round(ms)} (${roundTrips})`;
  });
  expect(many).toEqual(few);
  expect(many.unchanged).toBe(0);
  const plain = await session(wire.uri(db.uri));
  const start = performance.now();
  await plain.query(`create publication plain for table ${tables.map((one) => `only ${one}`).join(", ")}`);
  times["plain client"] = `${Math.round(performance.now() - start)}`;
  await plain.end();
  figure(`ms (round trips) with ${COUNT} tables: ${JSON.stringify(times)}`);
});
