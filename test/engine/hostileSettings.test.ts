import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createStack, type Run, type Stack } from "../support/engine/stack";
import { factsOf } from "../support/hostile/record";
import { hostileSettings } from "../support/hostile/settings";
import { argumentsOf, makeSource, READER, renew } from "../support/hostile/source";
import { impose, lift, seenThere } from "../support/hostile/surroundings";
import { startDatabase, type TestDatabase } from "../support/postgres/database";

const PROGRAM = `
import * as clickpipes from "pulumi-neon-clickpipes";
const args = JSON.parse(process.env.ARGUMENTS!);
const provider = new clickpipes.Provider("source", { connectionUri: process.env.SOURCE });
const user = new clickpipes.ClickPipesUser("user", args.user, { provider });
const grants = new clickpipes.ClickPipesGrants("grants", { ...args.grants, role: user.name }, { provider });
const publication = new clickpipes.Publication("publication", args.publication, { provider });
new clickpipes.Publication("schemas", args.bySchema, { provider });
new clickpipes.SourceReadiness("readiness", {
  ...args.readiness, role: user.name, password: user.password, publication: publication.name,
}, { provider, dependsOn: grants });
`;
/** With the provider and the stack. */
const ALL = 7;

/** One life of a stack: each test goes on where the one before it ended. */
describe("a stack under all hostile settings at once", () => {
  let db: TestDatabase;
  let stack: Stack;
  let before: string[];

  beforeAll(async () => {
    db = await startDatabase(18, "neon");
    await makeSource(db);
    await renew(db, "neon");
    before = await factsOf(db);
    const { uri, environment } = await impose(db, db.uri, await hostileSettings(db, "neon"));
    const program = { SOURCE: uri, ARGUMENTS: JSON.stringify(argumentsOf(db, "neon").first) };
    stack = await createStack({ program: PROGRAM, env: { ...program, ...environment } });
    expect(await seenThere({ uri, environment, reader: [] }, "search_path", 0.2)).toMatch(/^failed: /);
  });
  afterAll(async () => {
    await stack?.remove();
    await db?.stop();
  });

  test("is created, and a second preview changes nothing", async () => {
    expectAll("create", await stack.up());
    await impose(db, db.uri, await hostileSettings(db, "neon"), READER);
    expectAll("same", await stack.preview());
  });

  test("shows no drift, with and without them", async () => {
    expectAll("same", await stack.refresh());
    await lift(db, READER);
    expectAll("same", await stack.refresh());
    await impose(db, db.uri, await hostileSettings(db, "neon"), READER);
  });

  test("is destroyed, and leaves the database as it was", async () => {
    expectAll("delete", await stack.destroy());
    expect(await factsOf(db)).toEqual(before);
  });
});

function expectAll(what: string, { changes, output }: Run): void {
  expect(changes, output).toEqual({ [what]: ALL });
}
