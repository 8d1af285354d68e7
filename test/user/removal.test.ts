import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { fresh } from "../support/freshName";
import { Managed } from "../support/managed";
import { type Place, useDatabase } from "../support/postgres/database";
import { openSession } from "../support/postgres/login";
import { useWarnings } from "../support/warnings";

const PLACES: Place[] = [
  { version: 14, admin: "superuser" },
  { version: 18, admin: "neon" },
];

describe.each(PLACES)("dropping a user on Postgres $version as $admin", ({ version, admin }) => {
  const db = useDatabase(version, admin);
  const said = useWarnings();
  let name: string;
  let user: Managed;

  beforeAll(async () => {
    await db.asAdmin("create table kept (id int primary key)");
    await db.asAdmin("create publication p for table kept");
  });
  beforeEach(async () => {
    name = fresh("leaver");
    user = new Managed("ClickPipesUser", name, { ...db.config, "clickpipes:deleteTimeout": "1" });
    await user.up({ name });
    // The login that proved the password is also a session until the server ends it.
    const sessions = "select from pg_stat_activity where usename = $1";
    await vi.waitFor(async () => expect(await db.query(sessions, [name])).toEqual([]), { timeout: 10_000 });
  });

  const waits = () => said.filter((line) => line.includes("waiting up to"));
  const exists = async () => (await db.query("select from pg_roles where rolname = $1", [name])).length === 1;

  /** Opens a session of the user that reads a slot, as ClickPipes does. */
  async function reader(slot: string): Promise<Client> {
    await db.query("select pg_create_logical_replication_slot($1, 'pgoutput')", [slot]);
    const connectionString = db.uriOf(name, String(user.outputs.password));
    const client = new Client({ connectionString, replication: "database" } as { connectionString: string });
    client.on("error", () => {});
    await client.connect();
    client
      .query(`START_REPLICATION SLOT ${slot} LOGICAL 0/0 (proto_version '1', publication_names 'p')`)
      .catch(() => {});
    await vi.waitFor(async () =>
      expect(await db.query("select from pg_replication_slots where slot_name = $1 and active", [slot])).toHaveLength(
        1,
      ),
    );
    return client;
  }

  async function dropSlot(slot: string): Promise<void> {
    await vi.waitFor(() => db.query("select pg_drop_replication_slot($1)", [slot]));
  }

  test("waits for a session of the role to end, and reports it once", async () => {
    const session = await openSession(db, name, user.outputs.password);
    const destroyed = user.destroy();
    await sleep(400);
    expect(waits()).toEqual([
      expect.stringMatching(/waiting up to \d+ s for session \d+ \(unnamed, since .*\) to go away\./),
    ]);
    expect(await exists()).toBe(true);
    await session.end();
    await destroyed;
    expect(await exists()).toBe(false);
  });

  test("refuses and names the session if it does not end in time", async () => {
    const session = await openSession(db, name, user.outputs.password);
    const [{ pid } = { pid: 0 }] = (await session.query<{ pid: number }>("select pg_backend_pid() as pid")).rows;
    const begin = Date.now();
    await expect(user.destroy()).rejects.toThrow(
      new RegExp(
        `role "${name}" is in use, so nothing was dropped\\.\nIt is used by session ${pid} \\(unnamed, since .*\n.*\n.*allowLeftoverSlots`,
      ),
    );
    expect(Date.now() - begin).toBeGreaterThanOrEqual(1000);
    expect(await exists()).toBe(true);
    await session.end();
    await user.destroy();
  });

  test("refuses and names the slot that a session of the role reads", async () => {
    const client = await reader(`slot_${name}`);
    await expect(user.destroy()).rejects.toThrow(new RegExp(`replication slot slot_${name}, read by session \\d+`));
    await client.end();
    await user.destroy();
    expect(await exists()).toBe(false);
    await dropSlot(`slot_${name}`);
  });

  test("drops it at once with `allowLeftoverSlots`, even if sessions are connected", async () => {
    await user.up({ name, allowLeftoverSlots: true });
    const client = await reader(`slot_${name}`);
    await user.destroy();
    expect(waits()).toEqual([]);
    expect(await exists()).toBe(false);
    await client.end();
    await dropSlot(`slot_${name}`);
  });

  test("ignores an inactive slot", async () => {
    await db.query("select pg_create_logical_replication_slot('idle', 'pgoutput')");
    await user.destroy();
    expect(await exists()).toBe(false);
    await dropSlot("idle");
  });

  test("names what the role owns and its rights, here and in another database, and drops nothing", async () => {
    const other = `other_${name}`;
    await db.asAdmin(`create database ${other}`);
    const there = await openSession(db, db.user, decodeURIComponent(new URL(db.uri).password), other);
    await there.query(`create schema "Odd; one"; create table "Odd; one".orders (id int)`);
    await there.query(`grant usage on schema "Odd; one" to ${name}; grant select on "Odd; one".orders to ${name}`);
    await there.query(`alter default privileges in schema "Odd; one" grant select on tables to ${name}`);
    await db.query(`create table mine (id int)`);
    await db.query(`alter table mine owner to ${name}`);
    await db.asAdmin(`grant select on kept to ${name}`);
    const failure = await user.destroy().then(
      () => "",
      (error: Error) => error.message,
    );
    expect(failure).toContain(`role "${name}" cannot be dropped: other objects still depend on it.`);
    for (const left of [
      "owner of table public.mine",
      "rights on table public.kept",
      `rights on schema Odd; one in database ${other}`,
      `rights on table "Odd; one".orders in database ${other}`,
      `rights on default privileges on new relations belonging to role ${db.user} in schema Odd; one in database ${other}`,
    ]) {
      expect(failure).toContain(left);
    }
    expect(await exists()).toBe(true);
    await db.query("drop table mine");
    await db.asAdmin(`revoke select on kept from ${name}`);
    await there.query(`drop schema "Odd; one" cascade`);
    await there.end();
    await user.destroy();
    expect(await exists()).toBe(false);
    await db.asAdmin(`drop database ${other}`);
  });

  test("counts what it cannot name in a database that it may not connect to", async () => {
    const closed = `closed_${name}`;
    await db.query(`create database ${closed}`);
    const there = await openSession(db, "cloud_admin", "stand-in superuser", closed);
    await there.query(`create table secret (id int); grant select on secret to ${name}`);
    await there.end();
    await db.query(`update pg_database set datallowconn = false where datname = '${closed}'`);
    await expect(user.destroy()).rejects.toThrow(`1 object(s) in database ${closed}`);
    await db.query(`update pg_database set datallowconn = true where datname = '${closed}'`);
    await db.query(`drop database ${closed}`);
    await user.destroy();
    expect(await exists()).toBe(false);
  });
});
