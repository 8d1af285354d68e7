import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Statement } from "../../provider/postgres/sql/statement";
import { createRole, setPassword } from "../../provider/user/sql/password";
import { Managed } from "../support/managed";
import { type Place, useDatabase } from "../support/postgres/database";
import { openSession } from "../support/postgres/login";

const OWN = ["Grand-Ocean7_tulip!Quartz42", "Silver-River9_maple!Onyx73", "it's \\a \"$$ %L ünïcode Zebra-7"] as const;

// `all` keeps nested statements too, and only a superuser can turn that off.
const PLACES: (Place & { track: string })[] = [
  { version: 14, admin: "superuser", track: "all" },
  { version: 17, admin: "neon", track: "top" },
  { version: 18, admin: "superuser", track: "all" },
];

describe.each(PLACES)("the password of a user on Postgres $version as $admin", ({ version, admin, track }) => {
  const db = useDatabase(version, admin, {
    shared_preload_libraries: "pg_stat_statements",
    "pg_stat_statements.track": track,
    log_statement: "ddl",
    log_min_messages: "debug1",
    log_min_error_statement: "debug1",
    log_error_verbosity: "verbose",
    log_lock_waits: "on",
    deadlock_timeout: "50ms",
  });
  const passwords = new Set<string>(OWN);
  const failures: string[] = [];

  beforeAll(async () => {
    vi.spyOn(console, "error").mockImplementation((...said) => void failures.push(said.join(" ")));
    await db.query("create extension pg_stat_statements");
    await everyWay();
  });
  afterAll(() => vi.restoreAllMocks());

  const keep = async (work: Promise<unknown>) => {
    await work.catch((error: Error) => failures.push(`${error.message}\n${error.stack}\n${JSON.stringify(error)}`));
  };

  /** Sets a password in every way, and fails in every way while doing so. */
  async function everyWay(): Promise<void> {
    const user = new Managed("ClickPipesUser", "user", db.config);
    passwords.add(String((await user.up({ name: "reader" })).outputs.password));
    passwords.add(String((await user.up({ name: "reader", passwordVersion: 2 })).outputs.password));
    for (const password of OWN) await user.up({ name: "reader", passwordVersion: 2, password });
    await db.asAdmin("create role found login replication password 'Golden-Lake5_birch!Topaz16'");
    const adopting = new Managed("ClickPipesUser", "found", db.config);
    await keep(adopting.up({ name: "found", adopt: true, password: OWN[0] }));
    await adopting.up({ name: "found", adopt: true, password: OWN[0], passwordVersion: 1 });
    await keep(new Managed("ClickPipesUser", "other", db.config).up({ name: "reader", password: OWN[1] }));
    // As if another session created or dropped the role between the provider's read and its statement.
    for (const password of OWN) {
      await keep(inOneTransaction(createRole({ name: "reader" }, password)));
      await keep(inOneTransaction(createRole({ name: "pg_reserved" }, password)));
      await keep(inOneTransaction(setPassword("missing", password)));
      // Postgres 18 warns about this one.
      await keep(
        inOneTransaction([{ text: "set local password_encryption = 'md5'" }, ...setPassword("reader", password)]),
      );
    }
    for (const end of ["pg_cancel_backend", "pg_terminate_backend"]) {
      await keep(endedWhileWaiting(end, "alter role reader connection limit 7", setPassword("reader", OWN[0])));
      await keep(endedWhileWaiting(end, "create role raced", createRole({ name: "raced" }, OWN[1])));
    }
  }

  async function inOneTransaction(statements: Statement[]): Promise<void> {
    const client = new Client(db.uri);
    client.on("error", () => {});
    await client.connect();
    await client.query("begin");
    try {
      for (const { text, values } of statements) await client.query(text, values as unknown[]);
    } finally {
      await client.end();
    }
  }

  /** Another session locks the role for a while, and the session that waits for it is ended. */
  async function endedWhileWaiting(end: string, holding: string, statements: Statement[]): Promise<void> {
    const holder = await openSession(db, db.user, decodeURIComponent(new URL(db.uri).password));
    await holder.query(`begin; ${holding}`);
    const failed = inOneTransaction(statements).then(
      () => undefined,
      (error: Error) => error,
    );
    const [{ pid } = { pid: 0 }] = (await holder.query<{ pid: number }>("select pg_backend_pid() as pid")).rows;
    const waiting =
      "select pid from pg_stat_activity where $1 = any(pg_blocking_pids(pid)) and now() - query_start > '0.2s'";
    await vi.waitFor(async () => expect(await db.query(waiting, [pid])).toHaveLength(1), { timeout: 20_000 });
    await db.query(`select ${end}(pid) from (${waiting}) w`, [pid]);
    const error = await failed;
    await holder.end();
    if (error) throw error;
  }

  const holdsOne = (text: string) =>
    [...passwords].filter((password) => text.includes(password) || text.includes(password.replaceAll("'", "''")));

  test("is not in the server's log, which does contain the statements and their failures", async () => {
    const log = await db.log();
    expect(log).toContain('role "reader" already exists');
    expect(log).toContain('role "missing" does not exist');
    expect(log).toContain("still waiting for");
    expect(log).toContain("canceling statement due to user request");
    expect(log).toContain("terminating connection due to administrator command");
    expect(holdsOne(log)).toEqual([]);
  });

  test("is in no error and no message of the provider", () => {
    expect(failures.join("\n")).toMatch(/already exists[\s\S]*does not exist/);
    expect(failures.join("\n")).toContain("does not accept the given `password`");
    expect(holdsOne(failures.join("\n"))).toEqual([]);
  });

  test("is not in pg_stat_statements, and a monitoring role does not see it in a session", async () => {
    const seen = await db.query<{ query: string }>(
      "select query from pg_stat_statements union all select query from pg_stat_activity",
    );
    const text = seen.map(({ query }) => query).join("\n");
    expect(text).toContain("clickpipes.password");
    expect(holdsOne(text)).toEqual([]);
  });
});
