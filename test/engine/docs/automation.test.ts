import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { programIn, programWith, ROOT } from "../../support/docs/snippets";
import { createStack, type Stack } from "../../support/engine/stack";
import { useDatabase } from "../../support/postgres/database";

const RECIPES = "docs/recipes.md";
const HEADING = "The Automation API";
const TSX = pathToFileURL(createRequire(join(ROOT, "package.json")).resolve("tsx")).href;

describe("the recipes for the Automation API", { timeout: 240_000 }, () => {
  const db = useDatabase(17);
  let stack: Stack;

  beforeAll(async () => {
    await db.query("create table public.orders (id int primary key)");
    const program = `
      import * as clickpipes from "pulumi-neon-clickpipes";
      new clickpipes.ClickPipesSource("orders", { tables: ["public.orders"] }, { provider: new clickpipes.Provider("app") });`;
    stack = await createStack({ program });
  });
  afterAll(() => stack?.remove());

  async function automate(program: string): Promise<string> {
    writeFileSync(join(stack.directory, "automate.ts"), program);
    const env = { PULUMI_STACK: "", DATABASE_URL: db.uri };
    const { exitCode, output } = await stack.shell(`node --import ${TSX} automate.ts`, env);
    expect(exitCode, output).toBe(0);
    return output;
  }

  const roles = () => db.query("select from pg_roles where rolname = 'clickpipes_user'");

  test("work with a folder that holds a program", async () => {
    const program = programWith(RECIPES, HEADING, "workDir");
    expect(await automate(program)).toMatch(/7 created[\s\S]*succeeded\n$/);
    await stack.destroy({ skipPreview: true });
    expect(await roles()).toEqual([]);
  });

  test("work inline, from the folder that holds the package", async () => {
    expect(await automate(programIn(RECIPES, HEADING))).toMatch(/7 created[\s\S]*clickpipes_user\n$/);
    expect(await roles()).toHaveLength(1);
  });
});
