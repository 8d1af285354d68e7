import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { createStack, type Stack } from "../support/engine/stack";
import { useDatabase } from "../support/postgres/database";

/** The same three objects in the database, under other names or in another place of the program. */
function program(name: string, options = "", inComponent = false): string {
  const resources = `
  const user = new clickpipes.ClickPipesUser("${name}-user", {}, { ...opts(\`-user\`) });
  const grants = new clickpipes.ClickPipesGrants("${name}-grants", { role: user.name, schemas: ["public"] }, { ...opts(\`-grants\`) });
  const publication = new clickpipes.Publication("${name}-publication", { tables: ["public.orders"] }, { ...opts(\`-publication\`) });`;
  const parent = inComponent ? `const parent = new pulumi.ComponentResource("test:index:Place", "place");` : "";
  return `
import * as pulumi from "@pulumi/pulumi";
import * as clickpipes from "pulumi-neon-clickpipes";
const provider = new clickpipes.Provider("source", { connectionUri: process.env.SOURCE });
${parent}
const opts = (suffix: string): pulumi.CustomResourceOptions => ({ provider${inComponent ? ", parent" : ""}${options ? `, ${options}` : ""} });
${resources}
`;
}

describe("a resource that moves in the program keeps its object in the database", () => {
  const db = useDatabase(17);
  let stack: Stack;

  beforeAll(() => db.query("create table public.orders (id int primary key)"));
  afterEach(async () => {
    await stack.destroy({ skipPreview: true });
    await stack.remove();
    expect(await objects()).toEqual([]);
  });

  /** OIDs of role and publication, and whether the role may read: what any loss or replacement would change. */
  function objects(): Promise<unknown[]> {
    return db.query(`
      select r.oid as role, p.oid as publication, has_table_privilege(r.oid, 'public.orders', 'SELECT') as reads
        from pg_roles r, pg_publication p where r.rolname = 'clickpipes_user'`);
  }

  async function made(): Promise<unknown[]> {
    stack = await createStack({ program: program("old"), env: { SOURCE: db.uri } });
    await stack.up({ skipPreview: true });
    const found = await objects();
    expect(found).toEqual([{ role: expect.any(Number), publication: expect.any(Number), reads: true }]);
    return found;
  }

  test("renamed with aliases: updated in place, with the new marks", async () => {
    const before = await made();
    stack.write(program("new", 'aliases: [{ name: "old" + suffix }]'));
    expect((await stack.up({ skipPreview: true })).changes).toEqual({ same: 2, update: 3 });
    expect(await objects()).toEqual(before);
    expect((await stack.refresh({ skipPreview: true })).changes).toEqual({ same: 5 });
  });

  test("moved into a component with aliases: unchanged", async () => {
    const before = await made();
    stack.write(program("old", "aliases: [{ parent: pulumi.rootStackResource }]", true));
    expect((await stack.up({ skipPreview: true })).changes).toEqual({ same: 5, create: 1 });
    expect(await objects()).toEqual(before);
    expect((await stack.refresh({ skipPreview: true })).changes).toEqual({ same: 6 });
  });

  test.each([
    { how: "renamed", moved: program("new") },
    { how: "moved into a component", moved: program("old", "", true) },
  ])("$how without aliases: refused in the preview with a hint, and nothing is dropped", async ({ moved }) => {
    const before = await made();
    stack.write(moved);
    const { output } = await stack.preview({ expectFailure: true });
    expect(output).toContain("a resource of this stack");
    expect(output).toContain("`aliases`");
    await stack.up({ skipPreview: true, expectFailure: true });
    expect(await objects()).toEqual(before);
    stack.write(program("old"));
    await stack.up({ skipPreview: true });
    expect(await objects()).toEqual(before);
  });

  /** Arguments that replace all resources of this package. */
  async function replacingAll(): Promise<string[]> {
    const { resources = [] } = (await stack.export()).deployment;
    return resources.flatMap(({ urn, type }) => (type.startsWith("pulumi-nodejs:dynamic") ? ["--replace", urn] : []));
  }

  async function pendingDeletes(): Promise<number> {
    const { resources = [] } = (await stack.export()).deployment;
    return resources.filter((one) => one.delete).length;
  }

  test("replaced by force: taken over by the replacements, and the late deletes drop nothing", async () => {
    const before = await made();
    await stack.up({ skipPreview: true, args: await replacingAll() });
    expect(await objects()).toEqual(before);
    expect((await stack.refresh({ skipPreview: true })).changes).toEqual({ same: 5 });
  });

  test("replaced by force in a run that fails: the late deletes of the next run drop nothing either", async () => {
    const before = await made();
    const dependsOn = "[user, grants, publication]";
    const failing = `new clickpipes.Publication("bad", { name: "bad", tables: ["public.missing"] }, { provider, dependsOn: ${dependsOn} });`;
    stack.write(program("old") + failing);
    const replacing = await replacingAll();
    const { output } = await stack.up({ skipPreview: true, expectFailure: true, args: replacing });
    expect(output).toContain("not in database");
    expect(await pendingDeletes()).toBe(3);
    expect(await objects()).toEqual(before);
    stack.write(program("old"));
    expect((await stack.up({ skipPreview: true })).changes).toEqual({ same: 5 });
    expect(await pendingDeletes()).toBe(0);
    expect(await objects()).toEqual(before);
    expect((await stack.refresh({ skipPreview: true })).changes).toEqual({ same: 5 });
  });
});
