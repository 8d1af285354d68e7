import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { readCheckArguments } from "../../provider/cli/checkArguments";
import { installPackage } from "../support/engine/installation";
import { freePort } from "../support/freePort";
import { type PostgresServer, startPostgres } from "../support/postgres/servers";
import { newReadinessSource, type ReadinessSource } from "../support/readiness/source";

const ROOT = resolve(__dirname, "../..");
const COMMAND = join(ROOT, "bin/cli/main.js");

interface Outcome {
  status: number | null;
  stdout: string;
  stderr: string;
}

function run(words: string[], env: Record<string, string> = {}, input = "", command = COMMAND): Promise<Outcome> {
  return new Promise((done, reject) => {
    const child = spawn(process.execPath, [command, ...words], { env: { PATH: process.env.PATH, ...env } });
    const outcome = { stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (text) => {
      outcome.stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      outcome.stderr += text;
    });
    child.on("error", reject);
    child.on("close", (status) => done({ status, ...outcome }));
    child.stdin.end(input);
  });
}

describe("pulumi-neon-clickpipes check", () => {
  let server: PostgresServer;
  let source: ReadinessSource;
  const names = ["--role", "reader", "--publication", "pipe"];

  beforeAll(async () => {
    server = await startPostgres({ version: 17, settings: { wal_level: "logical" } });
  });
  beforeEach(async () => {
    await source?.stop();
    source = await newReadinessSource(server);
  });
  afterAll(async () => {
    await source?.stop();
    await server?.stop();
  });

  const check = async (words: string[] = [], env: Record<string, string> = {}, input = "") => {
    const given = { DATABASE_URL: source.uri, CLICKPIPES_PASSWORD: source.password, ...env };
    const outcome = await run(["check", ...names, ...words], given, input);
    for (const secret of [source.password, server.superuser.password]) {
      expect(outcome.stdout + outcome.stderr).not.toContain(secret);
    }
    return outcome;
  };

  test("finds a good source ready: exit status 0, and a line per check", async () => {
    const { status, stdout, stderr } = await check();
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(/^127\.0\.0\.1:\d+, database "postgres", as "reader"\n/);
    expect(stdout).toMatch(/\nok {7}walLevel {15}wal_level = logical\n/);
    expect(stdout).toMatch(/\n\d+ checks: \d+ ok, 0 warnings, 0 blocked\. ClickPipes would accept this source\.\n$/);
    expect(stdout).not.toContain("fix:");
  });

  test("finds a bad source blocked: exit status 1, with fixes, in 100 columns", async () => {
    await source.run(`create table public."a table with quite a long name" (id int);
      alter publication pipe add table public."a table with quite a long name"; alter role reader noreplication`);
    const { status, stdout } = await check();
    expect(status).toBe(1);
    expect(stdout).toMatch(/\nBLOCKED {2}identity .*primary key/);
    // No line breaks inside a name, because that would change the name when you paste it.
    expect(stdout).toContain('"public"."a table with quite a long name"');
    expect(stdout.replace(/\s+/g, " ")).toContain(
      'fix: ALTER TABLE "public"."a table with quite a long name" REPLICA IDENTITY FULL',
    );
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
    expect(stdout).toContain("ClickPipes would not accept this source.");
  });

  test("prints JSON with --json, and exits with 0 if there are only warnings", async () => {
    await source.run("alter publication pipe set (publish = 'insert')");
    const { status, stdout } = await check(["--json"]);
    expect(status).toBe(0);
    const { report, ...rest } = JSON.parse(stdout);
    expect(rest).toMatchObject({ status: "ok", target: { database: "postgres" } });
    expect(report.find((line: { check: string }) => line.check === "operations")).toEqual({
      check: "operations",
      status: "warning",
      detail: "not published: update, delete",
      fix: `ALTER PUBLICATION "pipe" SET (publish = 'insert, update, delete, truncate')`,
    });
  });

  test("reads tables, mode and slot, the connection from PG*, and the password from standard input", async () => {
    const { hostname, port, username, password } = new URL(source.uri);
    const env = {
      ...{ DATABASE_URL: "", CLICKPIPES_PASSWORD: "", PGHOST: hostname, PGPORT: port, PGDATABASE: "postgres" },
      ...{ PGUSER: username, PGPASSWORD: decodeURIComponent(password) },
    };
    const words = ["--table", "public.orders", "--table", "shop.none", "--mode", "cdc_only", "--slot", "mine"];
    const { status, stdout } = await check([...words, "--json", "--password-stdin"], env, `${source.password}\n`);
    expect(status).toBe(1);
    const wrong = JSON.parse(stdout).report.filter((line: { status: string }) => line.status !== "ok");
    expect(wrong.map((line: { check: string }) => line.check)).toEqual(["slotName", "tablesExist"]);
  });

  test("exits with 2 if it is used wrongly, and names the option", async () => {
    const cases: [string[], Record<string, string>, string][] = [
      [["--tabel", "public.orders"], {}, "Unknown option '--tabel'"],
      [["--table", "orders"], {}, '--table: "orders" is not "schema.table"'],
      [["--mode", "all"], {}, "--mode: expected one of"],
      [["--tabel", "public.orders"], {}, "Did you mean --table?"],
      [["--password", "hunter2hunter2"], {}, "Unknown option '--password'"],
      [["--password", "hunter2hunter2"], {}, "Did you mean --password-stdin?"],
      [["--exclude", "public.orders.note"], {}, "--exclude needs --table"],
      [["--table", "shop.items", "--exclude", "public.orders.note"], {}, "Add --table 'public.orders'"],
      [["--table", "a.b.c"], {}, "put it in double quotes"],
      [["--connection-stdin"], {}, "standard input is not the JSON of a connection"],
      [
        [],
        { CLICKPIPES_PASSWORD: "" },
        "password of the ClickPipes user is missing.\nSet CLICKPIPES_PASSWORD, or use --password-stdin.\n",
      ],
      [[], { DATABASE_URL: "" }, "no connection to Postgres is configured.\nUse --uri"],
      [["postgres://app:hunter2hunter2@db.example.com/app"], {}, "check takes only options"],
      [["hunter2hunter2"], {}, "check takes only options"],
      [["--postgres://app:hunter2hunter2@db.example.com/app"], {}, "check takes only options"],
      [["--uri", "mysql://a:b@c/d"], {}, "--uri: not of the form"],
      [["--uri", "postgres://a:b@ep-a-1-pooler.eu.aws.neon.tech/d"], {}, "the direct host, ep-a-1.eu.aws.neon.tech"],
    ];
    for (const [words, env, expected] of cases) {
      const { status, stdout, stderr } = await check(words, env);
      expect({ status, stdout }, expected).toEqual({ status: 2, stdout: "" });
      expect(stderr).toContain(expected);
      expect(stderr).toContain("--help");
      expect(stderr).not.toMatch(/hunter2hunter2|\n {4}at /);
    }
  });

  test("exits with 2 if there is no connection, as text or as JSON", async () => {
    const uri = `postgres://admin:hunter2hunter2@127.0.0.1:${await freePort()}/app`;
    const words = await check(["--uri", uri]);
    expect(words).toMatchObject({ status: 2, stdout: "" });
    expect(words.stderr).toContain("nothing listens there");
    const json = await check(["--uri", uri, "--json"]);
    expect(json.status).toBe(2);
    expect(JSON.parse(json.stdout)).toMatchObject({ version: 1, status: "error" });
    const wrong = await check(["--tabel", "--json"]);
    expect({ ...wrong, stdout: JSON.parse(wrong.stdout) }).toEqual({
      ...{ status: 2, stderr: "" },
      stdout: { version: 1, status: "error", error: "Unknown option '--tabel'.\nDid you mean --table?" },
    });
    expect(words.stderr + json.stdout + json.stderr).not.toMatch(/hunter2|\n {4}at /);
  });

  test("takes excluded columns, and names with dots in double quotes", async () => {
    await source.run(
      `create schema "v1.shop"; create table "v1.shop"."the ""orders""" (id int primary key, "no.te" text)`,
    );
    const words = ["--table", `"v1.shop"."the ""orders"""`, "--exclude", `"v1.shop"."the ""orders"""."no.te"`];
    const { stdout } = await check([...words, "--table", "public.orders", "--exclude", "public.orders.id", "--json"]);
    const wrong = JSON.parse(stdout).report.filter((line: { status: string }) => line.status !== "ok");
    const details = wrong.map(({ check, detail }: Record<string, string>) => `${check}: ${detail}`).join("\n");
    expect(details).toContain(
      'tableNames: ClickPipes does not support a dot in the name of a table or schema: "v1.shop"',
    );
    expect(details).toContain("keys: ClickPipes cannot order a table whose whole key is excluded: public.orders (id)");
    expect(wrong.find(({ check }: { check: string }) => check === "select").fix).toContain(
      'GRANT SELECT ("id", "ctid") ON "v1.shop"."the ""orders""" TO "reader"',
    );
  });

  test("takes the connection that a stack's output shows", async () => {
    const { hostname, port } = new URL(source.uri);
    const login = { user: "reader", password: source.password, publication: "pipe" };
    const connection = { host: hostname, port: Number(port), database: "postgres", ...login };
    const given = (text: string) => run(["check", "--connection-stdin"], { DATABASE_URL: source.uri }, text);
    expect(await given(JSON.stringify(connection))).toMatchObject({ status: 0, stderr: "" });
    const other = await given(JSON.stringify({ ...connection, database: "other" }));
    expect(other.stderr).toContain(`the connection is to ${hostname}:${port}/other, and the admin's to`);
    const hidden = await given(JSON.stringify({ ...connection, password: "[secret]" }));
    expect(hidden.stderr).toContain("Add --show-secrets");
    expect((await given("{}")).stderr).toContain("lacks host, port, database, user, password, publication");
    expect(other.stderr + hidden.stderr).not.toContain(source.password);
  });

  test("shows only the problems, as annotations too, and can take warnings for errors", async () => {
    await source.run("alter publication pipe set (publish = 'insert')");
    const { status, stdout } = await check(["--problems", "--github", "--warnings-as-errors"]);
    expect(status).toBe(1);
    const [first, , , line] = stdout.split("\n");
    expect(first).toMatch(
      /^::warning title=ClickPipes source%3A operations::not published: update, delete%0Afix: ALTER/,
    );
    expect(line).toMatch(/^warning {2}operations/);
    expect(stdout).not.toContain("\nok ");
  });

  test("prints the version of the package", async () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
    expect(await run(["--version"])).toEqual({ status: 0, stdout: `${version}\n`, stderr: "" });
  });

  test("has the defaults of the resources", async () => {
    process.env.CLICKPIPES_PASSWORD = source.password;
    const { question } = await readCheckArguments(["--uri", source.uri]);
    delete process.env.CLICKPIPES_PASSWORD;
    expect(question).toMatchObject({
      role: "clickpipes_user",
      publication: "clickpipes_publication",
      replicationMode: "cdc",
    });
  });

  test("prints its help, also from the tarball", async () => {
    const program = mkdtempSync(join(tmpdir(), "clickpipes-command-"));
    installPackage(program, { packageFrom: "tarball" });
    const folder = join(program, "node_modules/pulumi-neon-clickpipes");
    const { bin } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const command = join(folder, bin["pulumi-neon-clickpipes"]);
    expect(existsSync(command)).toBe(true);
    const { status, stdout } = await run(["--help"], {}, "", command);
    expect(status).toBe(0);
    for (const option of [
      "--uri",
      "--role",
      "--password-stdin",
      "--publication",
      "--table",
      "--mode",
      "--slot",
      "--json",
      ...["--exclude", "--connection-stdin", "--problems", "--warnings-as-errors", "--github", "--version"],
    ])
      expect(stdout).toContain(`  ${option}`);
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
    const mistaken = await run(["postgres://app:hunter2hunter2@db.example.com/app"]);
    expect(mistaken).toMatchObject({ status: 2, stdout: "" });
    expect(mistaken.stderr).toMatch(/^The only command is check\.\n/);
    expect(mistaken.stderr).not.toContain("hunter2");
    rmSync(program, { recursive: true });
  });
});
