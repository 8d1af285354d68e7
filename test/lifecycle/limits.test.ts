import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { Managed } from "../support/managed";
import { startLocalNeon } from "../support/neon";
import { type PostgresServer, startPostgres } from "../support/postgres/servers";

const LIMITS = {
  "clickpipes:statementTimeout": "1",
  "clickpipes:deleteTimeout": "1",
  "clickpipes:connectTimeout": "10",
};
const ORDERS = { tables: ["public.orders"] };

const failure = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "no error",
    ({ message }: Error) => message,
  );

describe("a server at its limits", () => {
  let server: PostgresServer;
  let config: Record<string, string>;

  beforeAll(async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    server = await startPostgres({ version: 17, settings: { wal_level: "logical", max_connections: "12" } });
    config = { ...LIMITS, "clickpipes:connectionUri": server.uri() };
    await query("create table public.orders (id int primary key)");
  });
  afterAll(async () => {
    vi.restoreAllMocks();
    await server?.stop();
  });

  async function query(text: string) {
    const client = new Client(server.uri());
    await client.connect();
    try {
      return (await client.query(text)).rows;
    } finally {
      await client.end();
    }
  }
  const clear = () => query("drop event trigger if exists limit_of_test");

  /** Runs a statement whenever this test creates a publication. */
  async function whenPublishing(statement: string) {
    await query(`create or replace function limit_of_test() returns event_trigger language plpgsql as $$
      begin ${statement}; end $$`);
    await query(`create event trigger limit_of_test on ddl_command_end when tag in ('CREATE PUBLICATION')
      execute function limit_of_test()`);
    onTestFinished(async () => void (await clear()));
  }
  const publication = (name: string, more = {}) => new Managed("Publication", name, { ...config, ...more });
  const names = async () =>
    (await query("select pubname from pg_publication order by 1")).map(({ pubname }) => pubname);

  test("that is too slow fails with the name of the limit, and nothing is created", async () => {
    await whenPublishing("perform pg_sleep(30)");
    const message = await failure(publication("slow").up({ name: "slow", ...ORDERS }));
    expect(message).toContain("57014 query_canceled");
    expect(message).toContain("`statementTimeout`");
    expect(await names()).not.toContain("slow");
  });

  test("whose disk is full is quoted with the fix, and nothing is created; with free space, the next run succeeds", async () => {
    await whenPublishing(
      "raise exception 'could not extend file: No space left on device' using errcode = 'disk_full'",
    );
    const full = publication("full");
    const message = await failure(full.up({ name: "full", ...ORDERS }));
    expect(message).toContain("No space left on device (53100 disk_full)");
    expect(message).toContain("Free some");
    expect(await names()).not.toContain("full");
    await clear();
    expect((await full.up({ name: "full", ...ORDERS })).kind).toBe("create");
    await full.destroy();
  });

  test("whose sessions are read-only fails with the name of the setting, while a refresh still works", async () => {
    const here = publication("here");
    await here.up({ name: "here", ...ORDERS });
    await query("create role reading superuser login password 'reading'");
    await query("alter role reading set default_transaction_read_only = on");
    const uri = { "clickpipes:connectionUri": server.uri({ user: "reading", password: "reading" }) };
    const reading = publication("here", uri);
    reading.state = here.state;
    expect(await reading.refresh()).toBe(false);
    const message = await failure(publication("there", uri).up({ name: "there", ...ORDERS }));
    expect(message).toContain("25006 read_only_sql_transaction");
    expect(message).toContain("default_transaction_read_only");
    expect(await failure(reading.destroy())).toContain("25006 read_only_sql_transaction");
    await here.destroy();
  });

  test("whose connections are all in use fails at once, without a stack trace", async () => {
    const taken: Client[] = [];
    for (let isFull = false; !isFull; ) {
      const client = new Client(server.uri());
      client.on("error", () => {});
      isFull = await client.connect().then(
        () => false,
        () => true,
      );
      if (!isFull) taken.push(client);
    }
    // Uses another host name, since a preview does not try an unreachable server again in this process.
    const uri = Object.assign(new URL(server.uri()), { hostname: "localhost" }).toString();
    const message = await failure(
      publication("late", { "clickpipes:connectionUri": uri }).up({ name: "late", ...ORDERS }),
    );
    await Promise.all(taken.map((client) => client.end()));
    expect(message).toContain("53300 too_many_connections");
    expect(message).toMatch(/are in use\.\n.*53300 too_many_connections\)\.\nEnd some of them/);
  });

  test("that restarts while a statement runs is waited for, and the run continues", async () => {
    await whenPublishing("perform pg_sleep(0.8)");
    const restarted = publication("restarted");
    const up = restarted.up({ name: "restarted", ...ORDERS });
    await sleep(400);
    await server.restart("fast");
    expect((await up).kind).toBe("create");
    expect(await restarted.refresh()).toBe(false);
    await server.restart("immediate");
    await restarted.destroy();
    expect(await names()).toEqual([]);
  });

  test("that has become a standby makes refresh, update and destroy fail, and nothing changes", async () => {
    const left = publication("left");
    const args = { name: "left", ...ORDERS };
    await left.up(args);
    await server.pause();
    writeFileSync(join(server.dataDirectory, "standby.signal"), "");
    await server.resume();
    const before = JSON.stringify(left.state);
    for (const work of [() => left.refresh(), () => left.up({ ...args, comment: "new" }), () => left.destroy()])
      expect(await failure(work())).toContain("is a read replica");
    expect(JSON.stringify(left.state)).toBe(before);
    expect(await names()).toEqual(["left"]);
  });
});

test("a compute that wakes slowly is waited for, also by a refresh and a destroy on an idle connection", async () => {
  const neon = await startLocalNeon({ logicalReplication: true, coldStartMs: 2500 });
  try {
    const user = new Managed("ClickPipesUser", "user", { "clickpipes:connectionUri": neon.connectionUri });
    await neon.compute.suspend();
    await user.up({ name: "reader" });
    await neon.compute.suspend();
    expect(await user.refresh()).toBe(false);
    await neon.compute.suspend();
    await user.destroy();
  } finally {
    await neon.stop();
  }
});
