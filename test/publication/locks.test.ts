import type { Client } from "pg";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { fresh } from "../support/freshName";
import type { Managed } from "../support/managed";
import { useDatabase } from "../support/postgres/database";
import { session } from "../support/postgres/session";
import { makeSchema, makeTables, managed, membersOf, WITH_KEY } from "../support/publication/publications";
import { useWarnings } from "../support/warnings";

const LOCK_TIMEOUT_MS = 700;

describe.each([14, 18] as const)("A published table that is locked, on Postgres %i", (version) => {
  const db = useDatabase(version, "superuser", { max_prepared_transactions: "2" });
  useWarnings();
  let pub: Managed;
  let desired: { name: string; tables: string[] };
  let busy: string;
  const sessions: Client[] = [];

  beforeEach(async () => {
    const [stays = "", comes = ""] = await makeTables(db, WITH_KEY, WITH_KEY);
    busy = comes;
    desired = { name: fresh(), tables: [stays, comes] };
    pub = managed(db, { "clickpipes:lockTimeout": String(LOCK_TIMEOUT_MS / 1000) });
    await pub.up({ ...desired, tables: [stays] });
    // The preview comes first.
    await pub.check(desired);
  });
  afterEach(async () => {
    for (const one of sessions.splice(0)) await one.end();
  });

  async function connect(): Promise<Client & { pid: number }> {
    const client = await session(db.uri);
    sessions.push(client);
    const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
    return Object.assign(client, { pid: rows[0]?.pid as number });
  }

  const isWaiting = () =>
    db.query(
      `select from pg_locks l join pg_stat_activity a on a.pid = l.pid
        where not l.granted and a.application_name = 'pulumi-neon-clickpipes'`,
    );
  const naming = (blocker: number | string) =>
    new RegExp(
      `could not get a lock in 3 tries of 0.7 s .*55P03.*\nIt is held by .*${typeof blocker === "number" ? "pid " : ""}${blocker} \\(user cloud_admin, since 20.*\nThis transaction changed nothing`,
    );

  /** Fails and names the blocker without changing anything. Succeeds once the blocker is gone. */
  async function isBlockedBy(blocker: number | string, end: () => Promise<unknown>): Promise<void> {
    await expect(pub.up(desired)).rejects.toThrow(naming(blocker));
    expect(await membersOf(db, desired.name)).toEqual([desired.tables[0]]);
    await end();
    expect((await pub.up(desired)).kind).toBe("update");
    expect(await membersOf(db, desired.name)).toEqual([...desired.tables].sort());
  }

  test("by a migration: up tries three times for a short time, then names it", async () => {
    const migration = await connect();
    await migration.query(`begin; alter table ${busy} add c int`);
    await isBlockedBy(migration.pid, () => migration.query("commit"));
  });

  test("by a migration that ends in time: the change continues by itself", async () => {
    const migration = await connect();
    await migration.query(`begin; alter table ${busy} add c int`);
    const change = pub.up(desired);
    await vi.waitUntil(async () => (await isWaiting()).length > 0);
    await migration.query("commit");
    expect((await change).kind).toBe("update");
  });

  test("by a VACUUM", async () => {
    const vacuum = await connect();
    await db.query(`insert into ${busy} select i from generate_series(1, 2000) i`);
    await db.query(`delete from ${busy}`);
    await vacuum.query("set vacuum_cost_delay = 100; set vacuum_cost_limit = 1");
    const running = vacuum.query(`vacuum ${busy}`).catch(() => {});
    await vi.waitUntil(async () => (await db.query("select from pg_stat_progress_vacuum")).length > 0);
    await isBlockedBy(vacuum.pid, async () => {
      await db.query("select pg_cancel_backend($1)", [vacuum.pid]);
      await running;
    });
  });

  test("by a CREATE INDEX CONCURRENTLY that waits for a writer", async () => {
    const [writer, builder] = [await connect(), await connect()];
    await writer.query(`begin; insert into ${busy} (id) values (1)`);
    const building = builder.query(`create index concurrently on ${busy} (a)`);
    await vi.waitUntil(async () => (await db.query("select from pg_stat_progress_create_index")).length > 0);
    await isBlockedBy(builder.pid, async () => {
      await writer.query("commit");
      await building;
    });
  });

  test("by a prepared transaction, which has no session", async () => {
    const other = await connect();
    const name = fresh("prepared");
    await other.query(`begin; lock table ${busy} in share update exclusive mode; prepare transaction '${name}'`);
    await isBlockedBy(`prepared transaction '${name}'`, () => other.query(`commit prepared '${name}'`));
  });

  if (version >= 15)
    test("by no one, but moves from the list to its schema while a transaction is open", async () => {
      const [open, idle] = [await connect(), await connect()];
      await idle.query("begin; select");
      await open.query(`begin; insert into ${desired.tables[0]} (id) values (1)`);
      const whole = { name: desired.name, schemas: ["public"], allowUnsafeTables: true };
      await expect(pub.up(whole)).rejects.toThrow(
        new RegExp(
          `transactions that began before this change: pid ${open.pid} \\(user cloud_admin, since 20[^,]*\\)\\.\nUntil they end`,
        ),
      );
      // No change is lost, since the table is published both ways.
      expect(await membersOf(db, desired.name)).toEqual([desired.tables[0]]);
      const schemas =
        "select from pg_publication_namespace n join pg_publication p on p.oid = n.pnpubid where p.pubname = $1";
      expect(await db.query(schemas, [desired.name])).toHaveLength(1);
      await open.query("commit");
      expect((await pub.up(whole)).kind).toBe("update");
      expect(await membersOf(db, desired.name)).toEqual([]);
      expect(await pub.refresh()).toBe(false);
    });

  if (version >= 15)
    test("by a migration, while a transaction begins that the change has to wait for", async () => {
      const [migration, open] = [await connect(), await connect()];
      const elsewhere = await makeSchema(db, "d");
      await migration.query(`begin; lock table ${elsewhere}.d in share update exclusive mode`);
      const whole = { name: desired.name, schemas: ["public"], tables: [`${elsewhere}.d`], allowUnsafeTables: true };
      const change = pub.up(whole).catch((error: Error) => error);
      // The schema has been added, the table not yet.
      await vi.waitUntil(async () => (await isWaiting()).length > 0);
      await open.query(`begin; insert into ${desired.tables[0]} (id) values (2)`);
      await migration.query("commit");
      expect(await change).toMatchObject({
        message: expect.stringContaining(`that began before this change: pid ${open.pid} (user`),
      });
      await open.query("commit");
      expect((await pub.up(whole)).kind).toBe("update");
      expect(await membersOf(db, desired.name)).toEqual([`${elsewhere}.d`]);
      await pub.destroy();
    });

  test("never makes the application wait: it writes while up waits for a lock", async () => {
    const [vacuum, application] = [await connect(), await connect()];
    await vacuum.query(`begin; lock table ${busy} in share update exclusive mode`);
    const change = pub.up(desired).catch((error: Error) => error);
    await vi.waitUntil(async () => (await isWaiting()).length > 0);
    await application.query("set lock_timeout = '1ms'");
    for (const id of [1, 2, 3]) {
      await application.query(`insert into ${busy} (id) values (${id})`);
      await application.query(`update ${busy} set a = 1`);
      await application.query(`delete from ${busy}`);
    }
    expect(await change).toMatchObject({ message: expect.stringMatching(naming(vacuum.pid)) });
  });

  test("even where a migration queues behind us and the application behind the migration", async () => {
    const [holder, migration, application] = [await connect(), await connect(), await connect()];
    const [stays = ""] = desired.tables;
    // We get the lock on the table that goes, and wait for the one on the table that comes.
    await holder.query(`begin; lock table ${busy} in share update exclusive mode`);
    const change = pub.up({ ...desired, tables: [busy] }).catch((error: Error) => error);
    await vi.waitUntil(async () => (await isWaiting()).length > 0);
    const migrated = migration.query(`alter table ${stays} add d int`);
    await application.query(`set lock_timeout = '${LOCK_TIMEOUT_MS * 3}ms'`);
    // Behind the migration, which gets its turn when our first try has ended, and not only after the third.
    await application.query(`insert into ${stays} (id) values (1)`);
    await migrated;
    expect(await change).toMatchObject({ message: expect.stringMatching(naming(holder.pid)) });
  });
});
