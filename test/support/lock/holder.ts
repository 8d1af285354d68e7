import { setTimeout as sleep } from "node:timers/promises";
import { type Client, escapeLiteral } from "pg";
import { vi } from "vitest";
import { fresh } from "../freshName";
import type { TestDatabase } from "../postgres/database";
import { session } from "../postgres/session";

const MIGRATOR = { name: "migrator", password: "Slow-Migration4+walnut" };

/** The role that holds locks in these tests: not the one that the provider connects as. */
export async function makeMigrator(db: TestDatabase): Promise<void> {
  await db.query(`create role ${MIGRATOR.name} superuser login password '${MIGRATOR.password}'`);
}

/** Somebody else who keeps relations locked against every other session, and never lets go by himself. */
export interface LockHolder {
  hold(relations: string[]): Promise<void>;
  /** Whether every one of them is held, or waited for at the head of the queue, still. */
  isHolding(): Promise<boolean>;
  isNamedIn(text: string): boolean;
  /** Nothing that was done to hold them stays. */
  letGo(): Promise<void>;
  end(): Promise<void>;
}

export const LOCK_HOLDERS = {
  "a migration": migration,
  "a prepared transaction": preparedTransaction,
  "migrations that wait in the queue behind a reader": queuedMigrations,
} satisfies Record<string, (db: TestDatabase) => Promise<LockHolder>>;

/** Takes ACCESS EXCLUSIVE on each, whatever kind of relation it is, and changes nothing. */
function alterAll(relations: string[]): string {
  const list = relations.map((relation) => `${escapeLiteral(relation)}::regclass`).join(", ");
  return `do $$ declare r record; begin
    for r in select oid::regclass as relation, pg_get_userbyid(relowner) as owner from pg_class where oid = any (array[${list}]) loop
      execute format('alter table %s owner to %I', r.relation, r.owner);
    end loop; end $$`;
}

const connect = (db: TestDatabase): Promise<Client> => session(db.uriOf(MIGRATOR.name, MIGRATOR.password));

async function pidOf(client: Client): Promise<number> {
  return (await client.query<{ pid: number }>("select pg_backend_pid() as pid")).rows[0]?.pid as number;
}

function saysPid(text: string, pid: number): boolean {
  return new RegExp(`pid ${pid}\\b`).test(text) && text.includes(MIGRATOR.name);
}

async function countLocks(db: TestDatabase, pids: number[], granted: boolean): Promise<number> {
  const [row] = await db.query<{ count: number }>(
    `select count(*)::int as count from pg_locks l join pg_class c on c.oid = l.relation and c.relkind in ('r', 'p', 'v', 'm')
      where l.pid = any ($1::int[]) and l.granted = $2 and l.mode = 'AccessExclusiveLock' and l.relation >= 16384`,
    [pids, granted],
  );
  return row?.count ?? 0;
}

/** In one transaction from beginning to end, with a statement of its own; by savepoints it lets single relations go. */
export async function migration(
  db: TestDatabase,
  statement?: string,
): Promise<LockHolder & { commit(): Promise<void> }> {
  const client = await connect(db);
  const pid = await pidOf(client);
  let held = 0;
  await client.query("begin");
  return {
    async hold(relations) {
      held = relations.length;
      await client.query("savepoint free");
      if (statement !== undefined) await client.query(statement);
      await client.query(alterAll(relations));
    },
    isHolding: async () => held > 0 && (await countLocks(db, [pid], true)) >= held,
    isNamedIn: (text) => saysPid(text, pid),
    async letGo() {
      held = 0;
      await client.query("rollback to savepoint free");
    },
    async commit() {
      held = 0;
      await client.query("commit");
    },
    end: () => client.end(),
  };
}

async function preparedTransaction(db: TestDatabase): Promise<LockHolder> {
  const client = await connect(db);
  const name = fresh("prepared");
  let isPrepared = false;
  const letGo = async () => {
    if (isPrepared) await client.query(`rollback prepared '${name}'`);
    isPrepared = false;
  };
  return {
    async hold(relations) {
      await client.query("begin");
      await client.query(alterAll(relations));
      await client.query(`prepare transaction '${name}'`);
      isPrepared = true;
    },
    isHolding: async () => (await db.query("select from pg_prepared_xacts where gid = $1", [name])).length > 0,
    isNamedIn: (text) => text.includes(`'${name}'`) && text.includes(MIGRATOR.name),
    letGo,
    async end() {
      await letGo();
      await client.end();
    },
  };
}

/** Nobody holds ACCESS EXCLUSIVE, and yet whoever comes now has to wait behind those who want it. */
async function queuedMigrations(db: TestDatabase): Promise<LockHolder> {
  const reader = await connect(db);
  let waiting: { client: Client; pid: number; done: Promise<unknown> }[] = [];
  const pids = () => waiting.map(({ pid }) => pid);
  const isHolding = async () => waiting.length > 0 && (await countLocks(db, pids(), false)) === waiting.length;
  const letGo = async () => {
    if (waiting.length > 0) await reader.query("rollback");
    for (const { client, done } of waiting.splice(0)) {
      await done;
      await client.end();
    }
  };
  return {
    async hold(relations) {
      await reader.query("begin");
      for (const relation of relations) await reader.query(`select from ${relation}`);
      waiting = await Promise.all(
        relations.map(async (relation) => {
          const client = await connect(db);
          const pid = await pidOf(client);
          return { client, pid, done: client.query(alterAll([relation])).catch(() => {}) };
        }),
      );
      await vi.waitUntil(isHolding);
    },
    isHolding,
    isNamedIn: (text) => pids().some((pid) => saysPid(text, pid)),
    letGo,
    async end() {
      await letGo();
      await reader.end();
    },
  };
}

/**
 * What the call comes back with while somebody holds the lock. One that waits for a relation fails here at once, with the
 * statement that waits; one that never comes for another reason has the test's own time-out.
 */
export async function withoutWaiting<T>(db: TestDatabase, holder: LockHolder, call: () => Promise<T>): Promise<T> {
  const called = call();
  unsettled.add(called);
  let settled = false;
  const end = () => {
    settled = true;
  };
  called.then(end, end);
  while (!settled) {
    const waiting = await findWaiting(db);
    if (waiting !== undefined) throw new Error(`waits for ${waiting}`);
    await Promise.race([sleep(POLL_MS), called.then(end, end)]);
  }
  if (!(await holder.isHolding())) throw new Error("the lock was let go before the call came back");
  return called;
}

const POLL_MS = 10;

/** What a failed test has left waiting; it ends once the lock is gone. */
const unsettled = new Set<Promise<unknown>>();

export async function settleAll(): Promise<void> {
  await Promise.allSettled(unsettled);
  unsettled.clear();
}

async function findWaiting(db: TestDatabase): Promise<string | undefined> {
  const [row] = await db.query<{ relation: string; query: string }>(
    `select l.relation::regclass::text as relation, regexp_replace(left(btrim(a.query, E' \\n'), 300), '\\s+', ' ', 'g') as query
       from pg_locks l join pg_stat_activity a on a.pid = l.pid
      where not l.granted and l.locktype = 'relation' and a.usename <> $1`,
    [MIGRATOR.name],
  );
  return row && `${row.relation}: ${row.query}`;
}
