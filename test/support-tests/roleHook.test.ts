import { createHash } from "node:crypto";
import { Client, escapeLiteral } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type LocalNeon, startLocalNeon } from "../support/neon";
import { POSTGRES_VERSIONS } from "../support/postgres/servers";

const STRONG = "Grand-Ocean7_tulip!Quartz42";
const WEAK = "abc123";
const WEAK_TEXT =
  'Received HTTP code 400 from control plane: {"error":"insecure password, try including more special characters, ' +
  'using uppercase letters or using a longer password"}';
const HASHED_TEXT =
  'Received HTTP code 400 from control plane: {"error":"Neon only supports being given plaintext passwords"}';
const VERIFIER =
  "SCRAM-SHA-256$4096:c2FsdHNhbHRzYWx0c2FsdA==$Ml4IHBrhuTbD7U4yHrN7kbZB2jy9RFqL5p3c+8AXtGg=:9Dg7hQeJH0zrT2v0s5Jv5wzBvNfN6fGnLZgk3cVqJ9U=";

// The admin of 14 and 15 may not make roles with REPLICATION, which is not what these tests are about.
const DO_BLOCK = `
  do $$
  begin
    execute format('create role %I login password %L', current_setting('t.role'), current_setting('t.password'));
  exception when others then
    raise exception using errcode = sqlstate, message = sqlerrm;
  end $$`;
const SET_CONFIG = "select set_config('t.role', $1, true), set_config('t.password', $2, true)";

interface Result {
  command?: string;
  error?: { code?: string; message: string };
}

describe.each(POSTGRES_VERSIONS)("on Postgres %i", (version) => {
  let neon: LocalNeon;

  beforeAll(async () => {
    neon = await startLocalNeon({ version });
  });
  afterAll(() => neon?.stop());

  async function owner(pipeline = false): Promise<Client> {
    const client = new Client({ connectionString: neon.connectionUri, pipeline } as { connectionString: string });
    client.on("error", () => {});
    await client.connect();
    return client;
  }

  /** Sends every statement before it waits for the first answer where the client pipelines. */
  async function send(client: Client, statements: (string | [string, unknown[]])[]): Promise<Result[]> {
    return Promise.all(
      statements.map((statement) => {
        const [text, values] = typeof statement === "string" ? [statement, undefined] : statement;
        return client.query(text, values).then(
          (result): Result => ({ command: Array.isArray(result) ? result.at(-1)?.command : result.command }),
          (error: Error & { code?: string }): Result => ({ error: { code: error.code, message: error.message } }),
        );
      }),
    );
  }

  const exists = async (role: string): Promise<boolean> => {
    const client = new Client(neon.superuserUri);
    await client.connect();
    const { rowCount } = await client.query("select from pg_roles where rolname = $1", [role]);
    await client.end();
    return rowCount === 1;
  };

  const logsIn = async (user: string, password: string): Promise<boolean> => {
    const client = new Client(neon.uri({ user, password }));
    return client.connect().then(
      () => client.end().then(() => true),
      () => false,
    );
  };

  const weak = { error: { code: "XX000", message: WEAK_TEXT } };
  const hashed = { error: { code: "XX000", message: HASHED_TEXT } };

  test.each([false, true])(
    "a weak password is refused at COMMIT and the transaction is rolled back (pipelined: %s)",
    async (pipeline) => {
      const client = await owner(pipeline);
      const results = await send(client, [
        "begin",
        "create table lost (id int)",
        `create role w_literal login password '${WEAK}'`,
        "comment on role w_literal is 'still fine'",
        "commit",
        "select 1",
      ]);
      expect(results.slice(0, 4).filter(({ error }) => error !== undefined)).toEqual([]);
      expect(results[4]).toEqual(weak);
      expect(results[5]).toEqual({ command: "SELECT" });
      expect((await client.query("select to_regclass('lost') as found")).rows).toEqual([{ found: null }]);
      expect(await exists("w_literal")).toBe(false);
      await client.end();
    },
  );

  test.each([false, true])(
    "a bind value that a DO block makes a password of is judged (pipelined: %s)",
    async (pipeline) => {
      const client = await owner(pipeline);
      const make = (role: string, password: string) =>
        send(client, ["begin", [SET_CONFIG, [role, password]], DO_BLOCK, [SET_CONFIG, ["", ""]], "commit"]);
      expect((await make("w_block", WEAK)).at(-1)).toEqual(weak);
      expect(await exists("w_block")).toBe(false);
      const name = `s_block_${pipeline}`;
      expect((await make(name, STRONG)).at(-1)).toEqual({ command: "COMMIT" });
      expect(await logsIn(name, STRONG)).toBe(true);
      expect((await make("h_block", VERIFIER)).at(-1)).toEqual(hashed);
      await client.end();
    },
  );

  test("a pre-hashed password is refused, SCRAM and MD5 alike", async () => {
    const client = await owner();
    const md5 = `md5${createHash("md5").update(`${STRONG}h_md5`).digest("hex")}`;
    for (const [name, verifier] of [["h_scram", VERIFIER] as const, ["h_md5", md5] as const]) {
      const sql = `create role ${name} login password ${escapeLiteral(verifier)}`;
      expect((await send(client, ["begin", sql, "commit"]))[2]).toEqual(hashed);
      expect(await send(client, [sql])).toEqual([hashed]);
      expect(await exists(name)).toBe(false);
    }
    await client.end();
  });

  test("a strong password is accepted in every form, and its role logs in", async () => {
    const client = await owner();
    const dollar = `create role s_dollar login password $x$${STRONG}$x$`;
    const escaped = `create role s_escaped login password E'${STRONG.replace("!", "\\x21")}'`;
    const nested = `do $$ begin execute 'create role s_nested login password ''${STRONG}'''; end $$`;
    expect(await send(client, [`create role s_plain login password '${STRONG}'`, dollar])).toEqual([
      { command: "CREATE" },
      { command: "CREATE" },
    ]);
    expect(await send(client, [escaped, nested])).toEqual([{ command: "CREATE" }, { command: "DO" }]);
    for (const name of ["s_plain", "s_dollar", "s_escaped", "s_nested"]) expect(await logsIn(name, STRONG)).toBe(true);
    await client.end();
  });

  test("statements that commit by themselves are judged, whatever the protocol", async () => {
    const client = await owner();
    const weakRole = `create role w_auto login password '${WEAK}'`;
    expect(await send(client, [weakRole])).toEqual([weak]);
    expect((await send(client, [`begin; ${weakRole}; commit`]))[0]).toEqual(weak);
    expect((await send(client, [`create table lost_too (id int); ${weakRole}`]))[0]).toEqual(weak);
    const extended = { text: weakRole, values: [], queryMode: "extended" };
    await expect(client.query(extended)).rejects.toMatchObject({ code: "XX000", message: WEAK_TEXT });
    expect(await exists("w_auto")).toBe(false);
    expect((await client.query("select to_regclass('lost_too') as found")).rows).toEqual([{ found: null }]);
    await client.end();
  });

  test("COMMIT through the extended protocol is judged too", async () => {
    const client = await owner(true);
    const extended = (text: string) => client.query({ text, queryMode: "extended" } as { text: string });
    const all = await Promise.allSettled([
      extended("begin"),
      extended(`create role w_extended password '${WEAK}'`),
      extended("commit"),
      extended("select 1"),
    ]);
    expect(all.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected", "fulfilled"]);
    expect(await exists("w_extended")).toBe(false);
    await client.end();
  });

  test("a change of password is judged, other changes of the role are not", async () => {
    const client = await owner();
    await send(client, [`create role changing login password '${STRONG}'`]);
    expect(await send(client, [`alter role changing password '${WEAK}'`])).toEqual([weak]);
    expect(await logsIn("changing", STRONG)).toBe(true);
    expect(await send(client, ["alter role changing connection limit 3", "alter role changing password null"])).toEqual(
      [{ command: "ALTER" }, { command: "ALTER" }],
    );
    expect(await send(client, ["create role nologin_role"])).toEqual([{ command: "CREATE" }]);
    await client.end();
  });

  test("an ordinary role that changes its own password is judged as well", async () => {
    const admin = await owner();
    await send(admin, [`create role modest login password '${STRONG}'`]);
    await admin.end();
    const client = new Client(neon.uri({ user: "modest", password: STRONG }));
    await client.connect();
    expect(await send(client, [`alter role modest password '${WEAK}'`])).toEqual([weak]);
    expect(await send(client, [`alter role modest password '${STRONG}x'`])).toEqual([{ command: "ALTER" }]);
    await client.end();
    expect(await logsIn("modest", `${STRONG}x`)).toBe(true);
  });

  test("an aborted transaction answers COMMIT with ROLLBACK, and errors of our own statements come through", async () => {
    const client = await owner(true);
    const results = await send(client, ["begin", `create role w_gone password '${WEAK}'`, "select 1/0", "commit"]);
    expect(results[2]?.error?.code).toBe("22012");
    expect(results[3]).toEqual({ command: "ROLLBACK" });
    await send(client, ["begin", "select 1/0"]);
    expect((await send(client, [`commit; create role w_after password '${WEAK}'`]))[0]).toEqual(weak);
    expect(await exists("w_after")).toBe(false);
    expect((await send(client, ["create role neondb_owner"]))[0]?.error?.code).toBe("42710");
    await client.end();
  });
});
