import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compareSnapshots, readFacts } from "../../../scripts/demo/snapshot";
import { createStack, type Stack } from "../../support/engine/stack";
import { type LocalNeon, startLocalNeon } from "../../support/neon";
import { configFor, PROGRAM, readRecorded, restoreRecorded } from "../states/recorded";

/** A second source with the same names in the program, which the markers of the recorded version cannot tell apart. */
const billing = (names: string) => `
const parent = new pulumi.ComponentResource("acme:index:Billing", "billing");
new clickpipes.ClickPipesSource("orders", { tables: ["public.orders"], ${names} }, { parent, provider });
`;

/** One stack, step by step: each test goes on where the one before it ended. */
describe("a stack made before markers had a path, and a second source of the same name in a component", {
  timeout: 240_000,
}, () => {
  let neon: LocalNeon;
  let owner: Client;
  let stack: Stack;
  let made: string[];

  beforeAll(async () => {
    neon = await startLocalNeon({ logicalReplication: true, allowedIps: readRecorded("today").ips });
    owner = new Client(neon.connectionUri);
    await owner.connect();
    const resources = await restoreRecorded("today", neon, owner);
    stack = await createStack({ program: PROGRAM, config: configFor(neon) });
    await stack.import(resources);
    // The grants of that version lack `ctid` with listed columns, which the report says too. Neither role nor publication changes.
    await stack.refresh({ skipPreview: true });
    expect((await stack.up({ skipPreview: true })).changes).toEqual({ same: 7, update: 2 });
    made = await readFacts(neon.superuserUri);
  });
  afterAll(async () => {
    await stack?.remove();
    await owner?.end();
    await neon?.stop();
  });

  const sinceMade = async () => compareSnapshots(made, await readFacts(neon.superuserUri));

  test("is refused if both would own the same role, and the first is unchanged", async () => {
    stack.write(PROGRAM + billing(""));
    const { output } = await stack.preview({ expectFailure: true });
    expect(output).toMatch(
      /role "clickpipes_user" already exists and carries a marker of an earlier version, which two resources of this/,
    );
    await stack.up({ skipPreview: true, expectFailure: true });
    expect(await sinceMade()).toEqual([]);
    stack.write(PROGRAM);
    // The two components of the refused source.
    expect((await stack.up({ skipPreview: true })).changes).toEqual({ same: 9, delete: 2 });
    expect((await stack.refresh({ skipPreview: true })).changes).toEqual({ same: 9 });
    expect(await sinceMade()).toEqual([]);
  });

  test("works with names of its own, and neither changes the other", async () => {
    stack.write(PROGRAM + billing(`user: { name: "billing_user" }, publication: { name: "billing_publication" }`));
    expect((await stack.up({ skipPreview: true })).changes).toEqual({ same: 9, create: 6 });
    expect((await sinceMade()).filter((line) => line.startsWith("-"))).toEqual([]);
    expect((await stack.refresh({ skipPreview: true })).changes).toEqual({ same: 15 });
    stack.write(PROGRAM);
    expect((await stack.up({ skipPreview: true })).changes).toEqual({ same: 9, delete: 6 });
    expect(await sinceMade()).toEqual([]);
  });

  test("works with the user shared, and keeps the first's rights when the second source is removed", async () => {
    stack.write(PROGRAM + billing(`user: orders.user, publication: { name: "billing_publication" }`));
    expect((await stack.up({ skipPreview: true })).changes).toEqual({ same: 9, create: 5 });
    expect((await stack.refresh({ skipPreview: true })).changes).toEqual({ same: 14 });
    stack.write(PROGRAM);
    expect((await stack.up({ skipPreview: true })).changes).toEqual({ same: 9, delete: 5 });
    expect(await sinceMade()).toEqual([]);
    expect((await stack.refresh({ skipPreview: true })).changes).toEqual({ same: 9 });
  });

  test("is destroyed, and leaves no role and no publication", async () => {
    await stack.destroy({ skipPreview: true });
    const { rows } = await owner.query(
      "select rolname as name from pg_roles where rolname ~ '^(clickpipes|billing)_user$' union all select pubname from pg_publication",
    );
    expect(rows).toEqual([]);
  });
});
