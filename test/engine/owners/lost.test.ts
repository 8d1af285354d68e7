import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { compareSnapshots, readFacts } from "../../../scripts/demo/snapshot";
import { createStack, type Stack } from "../../support/engine/stack";
import { startDatabase, type TestDatabase } from "../../support/postgres/database";
import { program } from "./program";

const SOURCE = program(`new clickpipes.ClickPipesSource("orders", { tables: ["public.orders"], readiness: false });`);
const USER = `new clickpipes.ClickPipesUser("orders-user");`;
const GRANTS = `new clickpipes.ClickPipesGrants("orders-grants", { role: "clickpipes_user", tables: ["public.orders"] });`;

describe("what a stack made, when its state or the markers are not what the last `up` left", {
  timeout: 240_000,
}, () => {
  let db: TestDatabase;
  let stack: Stack;
  let before: string[];

  beforeEach(async () => {
    db = await startDatabase(17, "neon");
    await db.asAdmin("create table public.orders (id int primary key)");
    before = await readFacts(db.uri);
    stack = await createStack({ program: SOURCE, config: { "clickpipes:connectionUri": { secret: db.uri } } });
  });
  afterEach(async () => {
    await stack?.remove();
    await db?.stop();
  });

  const sinceBefore = async () => compareSnapshots(before, await readFacts(db.uri));

  test("a state from before a replacement shows drift on each, which `up` ends, and a destroy leaves nothing", async () => {
    await stack.up({ skipPreview: true });
    const { resources = [] } = (await stack.export()).deployment;
    const ours = resources.filter(({ type }) => type.startsWith("pulumi-nodejs:dynamic"));
    await stack.up({ skipPreview: true, args: ours.flatMap(({ urn }) => ["--replace", urn]) });
    await stack.import(resources);
    const { output, changes } = await stack.refresh({ skipPreview: true });
    expect(changes).toEqual({ same: 2, update: 3 });
    for (const part of ["ClickPipesUser orders-user", "Publication orders-publication"])
      expect(output).toMatch(new RegExp(`${part}: drift: .*carries the marker of another create of this resource`));
    expect(output).toMatch(
      /ClickPipesGrants orders-grants: drift: .*carries the note of another create of these grants/,
    );
    expect((await stack.up({ skipPreview: true })).changes).toEqual({ same: 2, update: 3 });
    expect((await stack.refresh({ skipPreview: true })).changes).toEqual({ same: 5 });
    await stack.destroy({ skipPreview: true });
    expect(await sinceBefore()).toEqual([]);
  });

  test("a user waits in a destroy for grants on it that name it as text, and so do not depend on it", async () => {
    stack.write(program(USER));
    await stack.up({ skipPreview: true });
    stack.write(program(USER, GRANTS));
    await stack.up({ skipPreview: true });
    expect((await stack.destroy({ skipPreview: true })).changes).toEqual({ delete: 3 });
    expect(await sinceBefore()).toEqual([]);
  });

  test.each([
    {
      what: "grants",
      source: SOURCE,
      object: "role clickpipes_user",
      refusal: 'role "clickpipes_user" has lost the note of these grants',
    },
    {
      what: "a user without grants",
      source: SOURCE.replace("readiness", "grants: false, readiness"),
      object: "role clickpipes_user",
      refusal: 'role "clickpipes_user" has lost this resource\'s marker',
    },
    {
      what: "a publication",
      source: SOURCE,
      object: "publication clickpipes_publication",
      refusal: 'publication "clickpipes_publication" has lost this resource\'s marker',
    },
  ])(
    "$what whose comment was replaced by hand: destroy refuses with a way on, which works, and nothing is forgotten",
    async ({ source, object, refusal }) => {
      stack.write(source);
      await stack.up({ skipPreview: true });
      await db.asAdmin(`comment on ${object} is 'our pipe'`);
      const { output } = await stack.destroy({ skipPreview: true, expectFailure: true });
      expect(output).toContain(refusal);
      expect(output).toMatch(/Run `pulumi refresh` and `pulumi up`, which write the (marker|note) again/);
      await stack.refresh({ skipPreview: true });
      await stack.up({ skipPreview: true });
      await stack.destroy({ skipPreview: true });
      expect(await sinceBefore()).toEqual([]);
    },
  );
});
