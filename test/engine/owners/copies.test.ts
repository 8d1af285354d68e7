import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compareSnapshots, readFacts } from "../../../scripts/demo/snapshot";
import { createStack, type Stack } from "../../support/engine/stack";
import { type LocalNeon, startLocalNeon } from "../../support/neon";
import { quotedComments } from "../../support/neon/markers";
import { runAt } from "../../support/postgres/session";
import { type Login, logsIn, program } from "./program";

const FIRST = `
const config = new pulumi.Config();
const first = new clickpipes.Provider("first", { connectionUri: config.requireSecret("uri") });
const source = new clickpipes.ClickPipesSource("orders", { tables: ["public.orders"] }, { provider: first });
export const orders = source.connection;
`;
/** What the page of the source advises for a branch, on another database. */
const second = (args: string) => `
const elsewhere = new clickpipes.Provider("second", { connectionUri: config.requireSecret("second") });
const copy = new clickpipes.ClickPipesSource("copy", { tables: ["public.orders"], ${args} }, { provider: elsewhere });
export const copied = copy.connection;
`;
const RECIPE = "adopt: true, user: { passwordVersion: 1 }";

async function loginOf(stack: Stack, output: "orders" | "copied"): Promise<Login> {
  return ((await stack.outputs(true)) as Record<"orders" | "copied", Login>)[output];
}

/** One stack, step by step: each test goes on where the one before it ended. */
describe("a source on a second database of the same server, with the recipe for a branch", { timeout: 240_000 }, () => {
  let neon: LocalNeon;
  let stack: Stack;
  let before: string[];
  let made: string[];
  let uri: string;

  beforeAll(async () => {
    neon = await startLocalNeon({ logicalReplication: true });
    uri = neon.uri({ ...neon.owner, database: "shop" });
    await runAt(neon.connectionUri, "create database shop", "create table public.orders (id int primary key)");
    await runAt(uri, "create table public.orders (id int primary key)");
    before = await facts();
    stack = await createStack({
      program: program(FIRST),
      config: { uri: { secret: neon.connectionUri }, second: { secret: uri } },
    });
    await stack.up({ skipPreview: true });
    made = await facts();
  });
  afterAll(async () => {
    await stack?.remove();
    await neon?.stop();
  });

  const facts = async () => [...(await readFacts(neon.superuserUri)), ...(await readFacts(uri))];

  test("is refused, and told to share the user; the first source's role is unchanged", async () => {
    stack.write(program(FIRST, second(RECIPE)));
    const { output } = await stack.preview({ expectFailure: true });
    expect(output).toMatch(
      /role "clickpipes_user" already exists and belongs to \S+\/orders-user .*, a resource of this stack/,
    );
    expect(output).toContain("share it: pass that resource as `user`");
    await stack.up({ skipPreview: true, expectFailure: true });
    expect(compareSnapshots(made, await facts())).toEqual([]);
    expect(await logsIn(neon.connectionUri, await loginOf(stack, "orders"))).toBe(true);
  });

  test("works with the user shared", async () => {
    const login = await loginOf(stack, "orders");
    stack.write(program(FIRST, second("user: source.user")));
    await stack.up({ skipPreview: true });
    expect(await loginOf(stack, "copied")).toMatchObject({ user: login.user, password: login.password });
    expect(await logsIn(uri, login)).toBe(true);
    expect((await stack.preview()).changes).toEqual({ same: 12 });
    expect((await stack.refresh({ skipPreview: true })).changes).toEqual({ same: 12 });
  });

  test("is destroyed with the first, and leaves both databases as they were before", async () => {
    await stack.destroy({ skipPreview: true });
    expect(compareSnapshots(before, await facts())).toEqual([]);
  });
});

/** One stack, step by step: each test goes on where the one before it ended. */
describe("a source on a branch, which holds copies of what another source of the stack owns", {
  timeout: 240_000,
}, () => {
  let neon: LocalNeon;
  let branch: LocalNeon;
  let stack: Stack;
  let copied: string[];

  beforeAll(async () => {
    neon = await startLocalNeon({ logicalReplication: true });
    branch = await startLocalNeon({ logicalReplication: true });
    for (const { connectionUri } of [neon, branch])
      await runAt(connectionUri, "create table public.orders (id int primary key)");
    const config = { uri: { secret: neon.connectionUri }, second: { secret: branch.connectionUri } };
    stack = await createStack({ program: program(FIRST), config });
    await stack.up({ skipPreview: true });
    await copyToBranch();
    copied = await branchFacts();
  });
  afterAll(async () => {
    await stack?.remove();
    await neon?.stop();
    await branch?.stop();
  });

  /** The engine sorts the keys of what a state holds, and so those of a marker that is given back. */
  async function branchFacts(): Promise<string[]> {
    const facts = await readFacts(branch.superuserUri);
    return facts.map((fact) => fact.replace(/\{"owner":.*\}/, (json) => [...json].sort().join("")));
  }

  /** As creating a branch copies them, with their comments. */
  async function copyToBranch(): Promise<void> {
    const comments = await quotedComments(neon.superuserUri);
    await runAt(
      branch.connectionUri,
      "create role clickpipes_user login replication password 'nVLz~xjCgy4emVLyx.2whdYb'",
      "grant usage on schema public to clickpipes_user",
      "grant select on public.orders to clickpipes_user",
      "create publication clickpipes_publication for table only public.orders with (publish_via_partition_root)",
      `comment on role clickpipes_user is ${comments.role}`,
      `comment on publication clickpipes_publication is ${comments.publication}`,
    );
  }

  test("is told in the preview what it adopts, and that the password is reset", async () => {
    stack.write(program(FIRST, second(RECIPE)));
    const { output } = await stack.preview();
    const origin = `exists, as a copy of the one that belongs to organization/app/dev/\\S+ .*on branch ${neon.branchId}`;
    expect(output).toMatch(new RegExp(`ClickPipesUser copy-user: role "clickpipes_user" ${origin}`));
    expect(output).toMatch(new RegExp(`Publication copy-publication: publication "clickpipes_publication" ${origin}`));
    expect(output).toMatch(/adopts it/);
    expect(output).toMatch(/It then gets a new password/);
    expect(compareSnapshots(copied, await branchFacts())).toEqual([]);
  });

  test("adopts the copies, and leaves the originals alone", async () => {
    const originals = await readFacts(neon.superuserUri);
    const { output } = await stack.up({ skipPreview: true });
    expect(output).toMatch(/was adopted/);
    expect(output).toMatch(/It has a new password now/);
    expect(compareSnapshots(originals, await readFacts(neon.superuserUri))).toEqual([]);
    expect(await logsIn(branch.connectionUri, await loginOf(stack, "copied"))).toBe(true);
    expect(await logsIn(neon.connectionUri, await loginOf(stack, "orders"))).toBe(true);
    expect((await stack.refresh({ skipPreview: true })).changes).toEqual({ same: 13 });
  });

  test("is destroyed, and leaves the copies in place", async () => {
    await stack.destroy({ skipPreview: true });
    expect(compareSnapshots(copied, await branchFacts())).toEqual([]);
    const left =
      "select rolname as name from pg_roles where rolname = 'clickpipes_user' union all select pubname from pg_publication";
    expect(await runAt(neon.superuserUri, left)).toEqual([]);
  });
});
