import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compareSnapshots, readFacts } from "../../../scripts/demo/snapshot";
import { createStack, type Stack } from "../../support/engine/stack";
import { useDatabase } from "../../support/postgres/database";
import { type Login, logsIn, program } from "./program";

const ORDERS = `export const orders = new Part("Orders", { tables: ["public.orders"] }).source.connection;`;
const billing = (names: string) =>
  `export const billing = new Part("Billing", { tables: ["public.invoices"], ${names} }).source.connection;`;

const OWN_NAMES = `user: { name: "billing_user" }, publication: { name: "billing_publication" }`;
const PATHS = ["Orders", "Billing"].map((type) => `(in acme:index:${type}$clickpipes:index:ClickPipesSource)`);

/** One stack, step by step: each test goes on where the one before it ended. */
describe("two sources of one name, in components of two types, on one database", { timeout: 240_000 }, () => {
  const db = useDatabase(17, "neon");
  let stack: Stack;
  let before: string[];
  let login: Login;

  beforeAll(async () => {
    await db.asAdmin("create table public.orders (id int primary key)");
    await db.asAdmin("create table public.invoices (id int primary key)");
    before = await readFacts(db.uri);
    stack = await createStack({
      program: program(ORDERS, billing(OWN_NAMES)),
      config: { "clickpipes:connectionUri": { secret: db.uri } },
    });
  });
  afterAll(() => stack?.remove());

  const sinceBefore = async () => compareSnapshots(before, await readFacts(db.uri));

  test("work with names of their own, without a change in a preview or a refresh", async () => {
    expect((await stack.up({ skipPreview: true })).changes).toEqual({ create: 13 });
    expect((await stack.preview()).changes).toEqual({ same: 13 });
    expect((await stack.refresh({ skipPreview: true })).changes).toEqual({ same: 13 });
    const outputs = (await stack.outputs(true)) as Record<"orders" | "billing", Login>;
    expect(outputs).toMatchObject({ orders: { user: "clickpipes_user" }, billing: { user: "billing_user" } });
    for (const one of Object.values(outputs)) expect(await logsIn(db.uri, one)).toBe(true);
  });

  test("have in the state the path that their URNs show, and nothing about their namesakes", async () => {
    const { resources = [] } = (await stack.export()).deployment;
    const ours = resources.filter(({ type }) => type.startsWith("pulumi-nodejs:dynamic/clickpipes:"));
    expect(ours).toHaveLength(8);
    for (const { urn, type, inputs } of ours) {
      expect(urn).toContain(`::${inputs?.path}$${type}::`);
      expect(inputs).not.toHaveProperty("namesakes");
    }
  });

  test("are destroyed, and leave the database as it was before", async () => {
    await stack.destroy({ skipPreview: true });
    expect(await sinceBefore()).toEqual([]);
  });

  test.each([
    { what: 'role "clickpipes_user"', names: `publication: { name: "billing_publication" }` },
    { what: 'publication "clickpipes_publication"', names: `user: { name: "billing_user" }` },
  ])("are refused in the first preview if they would share the $what, with both named", async ({ what, names }) => {
    stack.write(program(ORDERS, billing(names)));
    const { output } = await stack.preview({ expectFailure: true });
    expect(output).toContain(`${what} has two owners in this program`);
    for (const path of PATHS) expect(output).toContain(path);
    expect(await sinceBefore()).toEqual([]);
  });

  test("are refused without a preview too, and the first one goes on to work", async () => {
    stack.write(program(ORDERS));
    await stack.up({ skipPreview: true });
    login = ((await stack.outputs(true)) as { orders: Login }).orders;
    const made = await readFacts(db.uri);
    stack.write(program(ORDERS, billing("")));
    const { output } = await stack.up({ skipPreview: true, expectFailure: true });
    // The engine checks the two in either order: where the first is unchanged, the second one alone is refused, under its own name.
    expect(output).toContain(PATHS[0]);
    expect(compareSnapshots(made, await readFacts(db.uri))).toEqual([]);
    expect(await logsIn(db.uri, login)).toBe(true);
  });

  test("are refused if one takes the place of the other in the program, with the way to move it", async () => {
    const made = await readFacts(db.uri);
    stack.write(program(billing("").replace("invoices", "orders")));
    const { output } = await stack.preview({ expectFailure: true });
    expect(output).toContain(`role "clickpipes_user" already exists and belongs to`);
    expect(output).toContain(PATHS[0]);
    expect(output).toContain("`aliases`");
    await stack.up({ skipPreview: true, expectFailure: true });
    expect(compareSnapshots(made, await readFacts(db.uri))).toEqual([]);
    expect(await logsIn(db.uri, login)).toBe(true);
  });

  test("leave nothing when the first one is destroyed after that", async () => {
    stack.write(program(ORDERS));
    expect((await stack.up({ skipPreview: true })).changes).toMatchObject({ same: 7 });
    await stack.destroy({ skipPreview: true });
    expect(await sinceBefore()).toEqual([]);
  });
});
