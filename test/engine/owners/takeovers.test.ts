import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compareSnapshots, readFacts } from "../../../scripts/demo/snapshot";
import { createStack, type Stack } from "../../support/engine/stack";
import { useDatabase } from "../../support/postgres/database";
import { type Login, logsIn, program } from "./program";

const PROGRAM = program(
  `export const orders = new clickpipes.ClickPipesSource("orders", { tables: ["public.orders"] }).connection;`,
);

/** Two backends, step by step: each test goes on where the one before it ended. */
describe("a second stack of the same project and name, on another backend", { timeout: 240_000 }, () => {
  const db = useDatabase(17, "neon");
  let first: Stack;
  let second: Stack;
  let before: string[];

  beforeAll(async () => {
    await db.asAdmin("create table public.orders (id int primary key)");
    before = await readFacts(db.uri);
    const options = { program: PROGRAM, config: { "clickpipes:connectionUri": { secret: db.uri } } };
    first = await createStack(options);
    second = await createStack(options);
    await first.up({ skipPreview: true });
  });
  afterAll(async () => {
    await first?.remove();
    await second?.remove();
  });

  const loginOf = async (stack: Stack) => ((await stack.outputs(true)) as { orders: Login }).orders;

  test("says in its preview that it takes everything over, with a new password, and changes nothing", async () => {
    const made = await readFacts(db.uri);
    const { output } = await second.preview();
    expect(output).toMatch(/warning: ClickPipesUser orders-user: role "clickpipes_user" exists, /);
    expect(output).toMatch(/another stack has the same name/);
    expect(output).toMatch(/takes it over/);
    expect(output).toMatch(/It then gets a new password/);
    expect(output).toMatch(/warning: Publication orders-publication: publication "clickpipes_publication" exists, /);
    expect(compareSnapshots(made, await readFacts(db.uri))).toEqual([]);
    expect(await logsIn(db.uri, await loginOf(first))).toBe(true);
  });

  test("says so again when it does", async () => {
    const old = await loginOf(first);
    const { output } = await second.up({ skipPreview: true });
    expect(output).toMatch(/role "clickpipes_user" exists, /);
    expect(output).toMatch(/another stack has the same name/);
    expect(output).toMatch(/was taken over/);
    expect(output).toMatch(/It has a new password now/);
    expect(await logsIn(db.uri, old)).toBe(false);
    expect(await logsIn(db.uri, await loginOf(second))).toBe(true);
    expect((await second.refresh({ skipPreview: true })).changes).toEqual({ same: 6 });
  });

  test("leaves the first with drift in its refresh, which its up ends", async () => {
    const { output, changes } = await first.refresh({ skipPreview: true });
    expect(output).toContain('role "clickpipes_user" carries the marker of another create of this resource');
    expect(changes).toMatchObject({ update: expect.any(Number) });
    await first.up({ skipPreview: true });
    expect((await first.refresh({ skipPreview: true })).changes).toEqual({ same: 6 });
    expect((await first.preview()).changes).toEqual({ same: 6 });
    expect(await logsIn(db.uri, await loginOf(first))).toBe(true);
  });

  test("leaves in place what has become the first's again, and says so", async () => {
    const { output } = await second.destroy({ skipPreview: true });
    expect(output).toMatch(/role "clickpipes_user" belongs to a later create of this resource/);
    expect(await logsIn(db.uri, await loginOf(first))).toBe(true);
    expect((await first.refresh({ skipPreview: true })).changes).toEqual({ same: 6 });
  });

  test("leaves nothing once the first is destroyed", async () => {
    await first.destroy({ skipPreview: true });
    expect(await readFacts(db.uri)).toEqual(before);
  });
});
