import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createNeonStack } from "../support/engine/neonStack";
import type { Run, RunOptions, Stack } from "../support/engine/stack";
import { figure } from "../support/long";
import { type LocalNeon, startLocalNeon } from "../support/neon";
import { runAt } from "../support/postgres/session";
import { SecretSearch } from "../support/secretSearch";

const WEAK = "weakpassword";
const WRONG = "another password, and a wrong one";
const GIVEN = "Given ü'\"\\%/+ pass-word 4711!";

const program = (user: string, tables = '["public.orders"]') => `
import * as pulumi from "@pulumi/pulumi";
import * as clickpipes from "pulumi-neon-clickpipes";
const source = new clickpipes.Provider("app");
const config = new pulumi.Config();
const orders = new clickpipes.ClickPipesSource("orders", {
  project: process.env.PROJECT, tables: ${tables}, user: ${user},
  clickPipesRegion: { cloud: "aws", region: "us-east-1" },
}, { provider: source });
export const { connection, postgresSource } = orders;
`;

describe("everything that a whole life writes", () => {
  const search = new SecretSearch();
  let neon: LocalNeon;
  let stack: Stack;
  let logBefore: number;

  beforeAll(async () => {
    neon = await startLocalNeon({
      allowedIps: ["127.0.0.1"],
      logicalReplication: true,
      postgresSettings: { log_statement: "ddl", shared_preload_libraries: "pg_stat_statements" },
    });
    const keyless = "create table public.keyless (id int)";
    await runAt(neon.connectionUri, "create table public.orders (id int primary key)", keyless);
    // What made the server is not under test: it gave the admin its password.
    await asSuperuser("create extension pg_stat_statements", "select pg_stat_statements_reset()");
    logBefore = (await neon.server.log()).length;
    search.secret("the admin's password", neon.owner.password);
    search.secret("the connection URI", neon.connectionUri);
    search.secret("the API key", neon.apiKey);
    search.secret("the given password", GIVEN);
    search.secret("the weak password", WEAK);
    search.secret("the wrong password", WRONG);
    stack = await createNeonStack(neon, {
      program: program("{}"),
      env: { PULUMI_EXPERIMENTAL: "true" },
      config: { given: { secret: GIVEN }, weak: { secret: WEAK } },
    });
  });
  afterAll(async () => {
    await stack?.remove();
    await neon?.stop();
  });

  const asSuperuser = (...statements: string[]) => runAt(neon.superuserUri, ...statements);

  /** Runs, and takes in all that was written: output, event log, state, its history and backups, an exported state. */
  async function kept(title: string, run: (options: RunOptions) => Promise<Run>, options: RunOptions = {}) {
    const { output } = await run({ skipPreview: true, ...options, args: ["--diff", ...(options.args ?? [])] });
    search.wrote(`${title}, output`, output);
    search.wroteFiles(`${title}, files`, dirname(stack.directory), withoutDebugEvents);
    search.wrote(`${title}, exported state`, await stack.exportText());
    const { connection } = (await stack.outputs(true)) as { connection?: { password: string } };
    if (connection) search.secret(`the password after ${title}`, connection.password);
    return output;
  }

  test("holds no secret: not in output, plans, state, errors, the server's log or its statistics", {
    timeout: 300_000,
  }, async () => {
    const plan = join(dirname(stack.directory), "plan.json");
    const planned = await stack.preview({ args: ["--diff", "--save-plan", plan] });
    search.wrote("preview, output", planned.output);
    search.wrote("saved plan", readFileSync(plan, "utf8"));
    await kept("up", (options) => stack.up(options), { args: ["--plan", plan] });

    stack.write(program("{ passwordVersion: 2 }"));
    search.wrote("preview in JSON", (await stack.preview({ args: ["--json"] })).output);
    await kept("rotation", (options) => stack.up(options));
    stack.write(program('{ password: config.requireSecret("given") }'));
    await kept("a given password", (options) => stack.up(options));

    await asSuperuser("alter role clickpipes_user password 'somebody else 4711'");
    await kept("refresh", (options) => stack.refresh(options));
    await failures();
    await kept("destroy", (options) => stack.destroy(options));

    search.wrote("the server's log", (await neon.server.log()).slice(logBefore));
    const statistics = (await asSuperuser("select query from pg_stat_statements")).map(({ query }) => String(query));
    expect(statistics.join("\n")).toContain("clickpipes.password");
    search.wrote("pg_stat_statements", statistics.join("\n"));
    search.wrote("requests to Neon's API, without their key", JSON.stringify(neon.requests));
    const { texts, characters } = search.size;
    figure(`${texts} texts of ${(characters / 1e6).toFixed(1)} MB in all searched for secrets`);
    expect(search.found()).toEqual([]);
  });

  async function failures(): Promise<void> {
    const expectFailure = true;
    stack.write(program('{ password: config.requireSecret("weak") }'));
    expect(await kept("a weak password", (options) => stack.up(options), { expectFailure })).toContain(
      "bits of entropy",
    );
    stack.write(program("{}", '["public.keyless"]'));
    await kept("a refused table", (options) => stack.up(options), { expectFailure });
    const wrong = Object.assign(new URL(neon.connectionUri), { password: encodeURIComponent(WRONG) });
    await stack.setConfig("clickpipes:connectionUri", wrong.toString(), true);
    const refused = await kept("a wrong connection", (options) => stack.up(options), { expectFailure });
    expect(refused).toContain("the password was refused");
    await stack.setConfig("clickpipes:connectionUri", neon.connectionUri, true);
    stack.write(program('{ password: config.requireSecret("given") }'));
    await kept("mended", (options) => stack.up(options));
  }
});

/** The event log holds what the SDK says at debug level, of every resource alike: loudLogs.test.ts looks at that. */
function withoutDebugEvents(text: string): string {
  return text.replaceAll(/^.*"diagnosticEvent".*"severity":"debug".*$/gm, "");
}
