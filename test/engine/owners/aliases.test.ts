import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseComment } from "../../../provider/postgres/sql/mark";
import { compareSnapshots, readFacts } from "../../../scripts/demo/snapshot";
import { createStack, type Stack } from "../../support/engine/stack";
import { useDatabase } from "../../support/postgres/database";
import { program } from "./program";

const part = (type: string, args = "", opts = "") =>
  program(`new Part("${type}", { tables: ["public.orders"], ${args} }, {${opts}});`);
const ALIASES = `aliases: [{ type: "acme:index:Orders", name: "part-orders" }]`;
const PATH = "acme:index:Shop$clickpipes:index:ClickPipesSource";

/** One stack, step by step: each test goes on where the one before it ended. */
describe("a source whose component is renamed, with aliases", { timeout: 240_000 }, () => {
  const db = useDatabase(17, "neon");
  let stack: Stack;
  let before: string[];

  beforeAll(async () => {
    await db.asAdmin("create table public.orders (id int primary key)");
    before = await readFacts(db.uri);
    stack = await createStack({
      program: part("Orders"),
      config: { "clickpipes:connectionUri": { secret: db.uri } },
    });
    await stack.up({ skipPreview: true });
  });
  afterAll(() => stack?.remove());

  async function pathInComment(): Promise<string | undefined> {
    const [role] = await db.query<{ comment: string }>(
      "select shobj_description(oid, 'pg_authid') as comment from pg_roles where rolname = 'clickpipes_user'",
    );
    return parseComment(role?.comment ?? null).owner?.path;
  }

  test("is not replaced, and not even updated", async () => {
    const made = await readFacts(db.uri);
    stack.write(part("Shop", "", ALIASES));
    expect((await stack.preview()).changes).toEqual({ same: 7 });
    expect((await stack.up({ skipPreview: true })).changes).toEqual({ same: 7 });
    expect((await stack.refresh({ skipPreview: true })).changes).toEqual({ same: 7 });
    expect(compareSnapshots(made, await readFacts(db.uri))).toEqual([]);
    expect(await pathInComment()).toBe(PATH.replace("Shop", "Orders"));
  });

  test("writes its new path with the next update", async () => {
    stack.write(part("Shop", "user: { connectionLimit: 30 }", ALIASES));
    expect((await stack.up({ skipPreview: true })).changes).toEqual({ same: 6, update: 1 });
    expect(await pathInComment()).toBe(PATH);
    expect((await stack.refresh({ skipPreview: true })).changes).toEqual({ same: 7 });
  });

  test("is destroyed, and leaves the database as it was before", async () => {
    await stack.destroy({ skipPreview: true });
    expect(await readFacts(db.uri)).toEqual(before);
  });
});
