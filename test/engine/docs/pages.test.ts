import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allCommands, blockOf, EXCUSED } from "../../support/docs/commands";
import { blocksIn, programIn, ROOT } from "../../support/docs/snippets";
import { createNeonStack } from "../../support/engine/neonStack";
import { createStack, type Stack } from "../../support/engine/stack";
import { type LocalNeon, startLocalNeon } from "../../support/neon";
import { quotedComments } from "../../support/neon/markers";
import { runAt } from "../../support/postgres/session";

const PROJECT = { projectId: "quiet-river-123456", allowedIps: ["127.0.0.1"] };
const OPERATIONS = "docs/operations.md";
const RECIPES = "docs/recipes.md";
const README = programIn("README.md");

const ran = new Set<string>();

/** Runs a block of a page as it is. Where it exports made-up values, the local Neon's follow. */
async function follow(stack: Stack, page: string, first: string, env: Record<string, string> = {}) {
  const commands = blockOf(page, first);
  for (const command of commands) ran.add(command);
  const exports = Object.entries(env).map(([name, value]) => `export ${name}='${value}'`);
  const lines = commands.flatMap((line) => (line.startsWith("export ") ? [line, ...exports] : [line]));
  // With --preview-only there is nothing to confirm, and the engine refuses a confirmation.
  const confirming = commands.some((line) => line.includes("--preview-only")) ? "false" : "true";
  // The stack of a pull request is the one that its commands select.
  const selecting = "BRANCH_URI" in env ? ["unset PULUMI_STACK"] : [];
  return stack.shell([...selecting, ...lines].join("\n"), { PULUMI_SKIP_CONFIRMATIONS: confirming, ...env });
}

async function succeed(...args: Parameters<typeof follow>): Promise<string> {
  const { exitCode, output } = await follow(...args);
  expect(exitCode, output).toBe(0);
  return output;
}

/** The arguments of a section, in place of README's tables. */
function programOf(section: string): string {
  const [fragment = ""] = blocksIn(OPERATIONS, "ts", section);
  return README.replace(/^ *tables: .*\n/m, fragment);
}

/** One stack, from its first preview to its end: each test goes on where the one before it ended. */
describe("a reader who follows the pages on a local Neon", { timeout: 300_000 }, () => {
  let neon: LocalNeon;
  let restored: LocalNeon;
  let stack: Stack;

  const asOwner = (...statements: string[]) => runAt(neon.connectionUri, ...statements);
  const login = async () => (await stack.outputs(true)).connection as { user: string; password: string };
  const oid = async () => (await asOwner("select oid from pg_publication"))[0]?.oid;
  const TABLES = ["orders", "customers"].map((name) => `create table public.${name} (id int primary key)`);

  beforeAll(async () => {
    neon = await startLocalNeon(PROJECT);
    await asOwner(...TABLES, "create schema shop", "create table shop.items (id int primary key)");
    stack = await createNeonStack(neon, { program: README });
    const bin = join(stack.directory, "node_modules/.bin");
    mkdirSync(bin, { recursive: true });
    const shim = `#!/usr/bin/env node\nrequire(${JSON.stringify(join(ROOT, "bin/cli/main.js"))});\n`;
    writeFileSync(join(bin, "pulumi-neon-clickpipes"), shim, { mode: 0o755 });
  });
  afterAll(async () => {
    await stack?.remove();
    await restored?.stop();
    await neon?.stop();
  });

  test("stores what the pages tell to configure", async () => {
    const other = await createStack({ program: "", stack: "other" });
    const setting = /^pulumi config set/;
    const commands = [...allCommands().keys()].filter((line) => setting.test(line) && !/\$/.test(line));
    for (const command of ["pulumi stack init dev", ...commands]) ran.add(command);
    const { exitCode, output } = await other.shell(
      ["unset PULUMI_STACK", "pulumi stack init dev", ...commands].join("\n"),
    );
    const { stdout } = await other.shell("pulumi config --json --show-secrets", { PULUMI_STACK: "dev" });
    await other.remove();
    expect(exitCode, output).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      "clickpipes:neonApiKey": { value: "napi_…", secret: true },
      "clickpipes:connectionUri": { secret: true },
    });
  });

  test("previews and creates README's source, and sees its connection", async () => {
    expect(await succeed(stack, "docs/from-the-guide.md", "pulumi preview")).toContain("9 to create");
    const output = await succeed(stack, "docs/from-the-guide.md", "pulumi up");
    expect(output).toContain("9 created");
    expect(output).toContain((await login()).password);
  });

  test("checks it from a shell", async () => {
    const env = { DATABASE_URL: neon.connectionUri, CLICKPIPES_PASSWORD: (await login()).password };
    const first = "export DATABASE_URL='postgres://owner:password@ep-….neon.tech/neondb' CLICKPIPES_PASSWORD=…";
    for (const page of ["README.md", "docs/check.md"])
      expect(await succeed(stack, page, first, env)).toContain("ClickPipes would accept this source.");
    for (const first of [
      "pulumi stack output connection --json --show-secrets | npx pulumi-neon-clickpipes check --connection-stdin",
      "npx pulumi-neon-clickpipes check --problems --github --warnings-as-errors",
      "npx pulumi-neon-clickpipes check --table public.orders --exclude public.orders.note",
    ])
      expect(await succeed(stack, "docs/check.md", first, env)).toContain("ClickPipes would accept this source.");
    const json = await succeed(stack, "docs/check.md", "npx pulumi-neon-clickpipes check --json", env);
    expect(JSON.parse(json)).toMatchObject({ status: "ok", report: expect.any(Array), target: expect.any(Object) });
  });

  test("finds drift in CI, where it fails the job and changes nothing, and fixes it", async () => {
    const command = "pulumi refresh --preview-only --expect-no-changes";
    await succeed(stack, RECIPES, command);
    await asOwner("revoke select on public.customers from clickpipes_user");
    const before = await stack.exportText();
    const { exitCode, output } = await follow(stack, RECIPES, command);
    expect(exitCode, output).not.toBe(0);
    expect(output).toContain('role "clickpipes_user" has no SELECT on public.customers');
    expect(await stack.exportText()).toBe(before);
    const fixed = await succeed(stack, OPERATIONS, "pulumi refresh");
    expect(fixed).toMatch(/- +drift/);
    await succeed(stack, RECIPES, command);
  });

  test("clears in CI what a killed create left, which `up --refresh` does not", async () => {
    stack.leavePending("orders-grants");
    const { output } = await stack.up({ skipPreview: true, args: ["--refresh"] });
    expect((await stack.export()).deployment.pending_operations, output).toHaveLength(1);
    const after = await succeed(stack, RECIPES, "pulumi refresh --yes --clear-pending-creates");
    expect(after).toContain("9 unchanged");
    expect((await stack.export()).deployment.pending_operations ?? []).toEqual([]);
  });

  test("moves from tables to schemas, step by step, with the slot of a stopped pipe", async () => {
    await runAt(neon.superuserUri, "select pg_create_logical_replication_slot('peerflow_slot_a', 'pgoutput')");
    const before = await oid();
    stack.write(programOf("Move from tables to schemas"));
    expect(await succeed(stack, OPERATIONS, "pulumi up")).toContain("resync every ClickPipe that reads it");
    expect(await oid()).not.toBe(before);
    const published = "select schemaname || '.' || tablename as name from pg_publication_tables order by 1";
    expect((await asOwner(published)).map(({ name }) => name)).toEqual([
      "public.customers",
      "public.orders",
      "shop.items",
    ]);
    stack.write(programOf("Move from tables to schemas").replace(/^ *publication: .*\n/m, ""));
    expect((await stack.up({ skipPreview: true })).changes).toEqual({ same: 8, update: 1 });
  });

  test("rotates the password in a job", async () => {
    const before = await login();
    stack.write(
      README.replace(
        /^ *tables: .*\n/m,
        '    schemas: ["public", "shop"],\n    user: { passwordVersion: new pulumi.Config().require("passwordVersion") },\n',
      ).replace(/^/, 'import * as pulumi from "@pulumi/pulumi";\n'),
    );
    await succeed(stack, RECIPES, 'pulumi config set passwordVersion "$(date +%Y-%m)"');
    expect((await login()).password).not.toBe(before.password);
  });

  test("is refused after a restore, and accepts it", async () => {
    restored = await copyOf(neon, await login(), "tables in schema public, shop");
    for (const [key, value] of Object.entries(restored.config)) await stack.setConfig(key, value, true);
    const { output } = await stack.up({ skipPreview: true, expectFailure: true });
    expect(output).toMatch(new RegExp(`${neon.branchId}.*but the connection is to .*${restored.branchId}`));
    const [accepting = ""] =
      /\{ acceptMovedDatabase: true \}/.exec(blocksIn(OPERATIONS, "ts", "After a restore")[0] ?? "") ?? [];
    const program = readFileSync(join(stack.directory, "index.ts"), "utf8");
    stack.write(program.replace('Provider("app")', `Provider("app", ${accepting})`));
    await succeed(stack, OPERATIONS, "pulumi up && pulumi refresh");
    stack.write(program);
    await stack.up({ skipPreview: true });
    await stack.refresh({ skipPreview: true });
  });

  test("gives a pull request's branch a source of its own, and takes it away", async () => {
    const branch = await copyOf(restored, await login(), "table only public.orders");
    const other = await createStack({ program: programIn(RECIPES, "A branch for each pull request"), stack: "other" });
    const env = { BRANCH_URI: branch.connectionUri };
    try {
      expect(await succeed(other, RECIPES, "pulumi stack init pull-123", env)).toMatch(/It has a new password now/);
      await succeed(other, RECIPES, "pulumi destroy --yes", env);
      const left =
        "select rolname as name from pg_roles where rolname = 'clickpipes_user' union all select pubname from pg_publication";
      expect(await runAt(branch.connectionUri, left)).toHaveLength(2);
    } finally {
      await other.remove();
      await branch.stop();
    }
  });

  test("destroys everything", async () => {
    expect(await succeed(stack, OPERATIONS, "pulumi destroy")).toContain("9 deleted");
    expect(await runAt(restored.connectionUri, "select from pg_roles where rolname = 'clickpipes_user'")).toEqual([]);
  });

  test("has run every command of the pages but those with an excuse", () => {
    const left = [...allCommands()].filter(
      ([command]) => !ran.has(command) && !EXCUSED.some((one) => one.command.test(command)),
    );
    expect(left).toEqual([]);
  });
});

/** What a branch or a restore has of it: tables, role and publication, with their comments. */
async function copyOf(neon: LocalNeon, { password }: { password: string }, published: string): Promise<LocalNeon> {
  const copy = await startLocalNeon({ ...PROJECT, logicalReplication: true });
  const comments = await quotedComments(neon.superuserUri);
  await runAt(
    copy.connectionUri,
    "create table public.orders (id int primary key)",
    "create table public.customers (id int primary key)",
    "create schema shop",
    "create table shop.items (id int primary key)",
    `create role clickpipes_user login replication password '${password}'`,
    "grant usage on schema public, shop to clickpipes_user",
    "grant select on all tables in schema public, shop to clickpipes_user",
    `create publication clickpipes_publication for ${published} with (publish_via_partition_root)`,
    `comment on role clickpipes_user is ${comments.role}`,
    `comment on publication clickpipes_publication is ${comments.publication}`,
  );
  return copy;
}
