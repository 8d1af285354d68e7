import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ROOT } from "../support/docs/snippets";
import { DynamicProvider } from "../support/dynamicProvider";

const PACKAGE = "node_modules/pulumi-neon-clickpipes";
const PROVIDER = 'exports.handler = () => require("pulumi-neon-clickpipes/provider").handler("Publication");';
const ARGS = { name: "pub", tables: ["public.orders"], mark: "o/app/dev/Publication/pub", __provider: PROVIDER };

/** What the package says where nothing is configured. */
const ANSWER = "no connection to Postgres is configured.";

/** As docs/recipes.md has it: where the engine finds the package, and where it does not. */
describe("the provider process, in the folder of a program", () => {
  let home: string;
  let provider: DynamicProvider | undefined;

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "clickpipes-placement-"));
  });
  afterEach(async () => {
    await provider?.stop();
    rmSync(home, { recursive: true });
  });

  async function start(program: string, ...packages: string[]): Promise<DynamicProvider> {
    for (const folder of [program, ...packages.map((path) => dirname(path))])
      mkdirSync(join(home, folder), { recursive: true });
    for (const path of packages) symlinkSync(ROOT, join(home, path), "junction");
    provider = await DynamicProvider.start("@pulumi/pulumi", {}, join(home, program));
    return provider;
  }

  const answer = async (running: DynamicProvider) =>
    (await running.check({}, ARGS)).failures.map(({ reason }) => reason).join();

  test.each([
    ["in its own node_modules", `infra/${PACKAGE}`],
    ["hoisted to the root of a monorepo", PACKAGE],
  ])("finds the package %s", async (_where, path) => {
    expect(await answer(await start("infra", path))).toContain(ANSWER);
  });

  test("does not find it where only a wrapper package has it, until the program lists it too", async () => {
    const wrapped = `infra/node_modules/wrapper/${PACKAGE}`;
    await expect((await start("infra", wrapped)).check({}, ARGS)).rejects.toThrow("Cannot find module");
    await provider?.stop();
    expect(await answer(await start("infra", `infra/${PACKAGE}`))).toContain(ANSWER);
  });

  test("can delete nothing once the package is gone", async () => {
    const running = await start("infra");
    await expect(running.delete("pub", ARGS)).rejects.toThrow("Cannot find module");
  });
});
