import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createStack, type Stack } from "../support/engine/stack";
import { useDatabase } from "../support/postgres/database";

const PROGRAM = `
import * as clickpipes from "pulumi-neon-clickpipes";
const provider = new clickpipes.Provider("source");
const user = new clickpipes.ClickPipesUser("user", {}, { provider });
new clickpipes.Publication("publication", { tables: ["public.orders"] }, { provider });
const found = clickpipes.Publication.get("found", "by_hand", undefined, { provider });
export const owner = found.owner, tables = found.publishedTables, oid = found.oid;
`;

describe("credentials", () => {
  const db = useDatabase(17);
  let stack: Stack;

  beforeAll(async () => {
    await db.query("create table public.orders (id int primary key)");
    await db.query("create publication by_hand for table public.orders");
    await db.query("create role admin superuser login password 'the first password'");
    stack = await createStack({
      program: PROGRAM,
      config: { "clickpipes:connectionUri": { secret: uri("the first password") } },
    });
  });
  afterAll(() => stack?.remove());

  const uri = (password: string) => db.uriOf("admin", password);

  test("from the stack's config work for an explicit provider, and `.get` reads existing objects", async () => {
    await stack.up({ skipPreview: true });
    const { owner, tables, oid } = await stack.outputs();
    expect(owner).toBe("cloud_admin");
    expect(tables).toEqual([{ schema: "public", name: "orders" }]);
    expect(oid).toBe((await db.query("select oid from pg_publication where pubname = 'by_hand'"))[0]?.oid);
  });

  test("that changed make refresh and destroy fail with the fix, and the next up works", async () => {
    await db.query("alter role admin password 'the second password'");
    for (const run of [
      () => stack.refresh({ skipPreview: true, expectFailure: true }),
      () => stack.destroy({ skipPreview: true, expectFailure: true }),
    ]) {
      const { output } = await run();
      expect(output).toContain("the password was refused");
      expect(output).toContain("run `pulumi up` first, or add `--run-program`");
      expect(output).not.toContain("the first password");
    }
    await stack.setConfig("clickpipes:connectionUri", uri("the second password"), true);
    await stack.up({ skipPreview: true });
    expect((await stack.refresh({ skipPreview: true })).changes).toEqual({ same: 5 });
    await stack.destroy({ skipPreview: true });
    expect(await db.query("select pubname from pg_publication")).toEqual([{ pubname: "by_hand" }]);
  });

  test("`.get` of an object that does not exist fails with its name", async () => {
    stack.write(PROGRAM.replace('"by_hand"', '"nowhere"'));
    const { output } = await stack.preview({ expectFailure: true });
    expect(output).toContain('Publication "nowhere" does not exist');
  });
});
