import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { commentOf, setComment } from "../../support/grants/comment";
import { destroyGrants, type Grantee, newGrantee, rightsOnOrders } from "../../support/grants/grantee";
import { Managed } from "../../support/managed";
import { inNewProcess } from "../../support/newProcess";
import { type Place, useDatabase } from "../../support/postgres/database";
import { rightsOf } from "../../support/postgres/rights";
import { useWarnings } from "../../support/warnings";

const PLACES: Place[] = [
  { version: 14, admin: "superuser" },
  { version: 18, admin: "neon" },
];

describe.each(PLACES)("the note of grants on Postgres $version as $admin", ({ version, admin }) => {
  const db = useDatabase(version, admin);
  const said = useWarnings();
  let { role, schema, grants } = {} as Grantee;

  beforeEach(async () => {
    ({ role, schema, grants } = await newGrantee(db));
  });
  afterEach(async () => {
    await destroyGrants(db, { role, schema, grants });
    await db.asAdmin(`drop role ${role}`);
  });

  const held = () => rightsOnOrders(db, schema);

  /** As after a `--replace` whose state was then restored from before: the note has the token of another create. */
  async function restoredState(): Promise<void> {
    const before = (await grants.up({ role, schemas: [schema] })) && grants.state;
    grants.state = undefined;
    await grants.up({ role, schemas: [schema] });
    grants.state = before;
  }

  test("of another create is drift, the next update takes it back, and a destroy then revokes", async () => {
    await restoredState();
    expect(await grants.refresh()).toBe(true);
    expect(grants.drift).toEqual([`the comment of role "${role}" carries the note of another create of these grants`]);
    await inNewProcess(grants);
    said.splice(0);
    expect((await grants.up({ role, schemas: [schema] })).kind).toBe("update");
    expect(said.join("\n")).toContain(`role "${role}" carried the note of an earlier create of these grants.`);
    expect(await grants.refresh()).toBe(false);
    await grants.destroy();
    expect([await rightsOf(db, role), await commentOf(db, role)]).toEqual([[], null]);
  });

  test("of another create is left in place by a destroy, which says so", async () => {
    await restoredState();
    const { state } = grants;
    await grants.destroy();
    expect(await rightsOf(db, role)).toEqual(held());
    expect(said.join("\n")).toContain(`the set of grants to role "${role}" belongs to a later create of this resource`);
    grants.state = state;
    await grants.refresh();
    await grants.up({ role, schemas: [schema] });
  });

  test("that is gone makes destroy refuse and name the rights, until the note is written again", async () => {
    await grants.up({ role, schemas: [schema] });
    await setComment(db, role, "our pipe");
    await expect(grants.destroy()).rejects.toThrow(
      [
        `role "${role}" has lost the note of these grants: its comment was replaced.`,
        `Nothing was revoked. The role still has future tables in ${schema} (by ${db.user}), schema ${schema} (by ${db.user}), table ${schema}.orders (by ${db.user}).`,
        "Run `pulumi refresh` and `pulumi up`, which write the note again. Then destroy again.",
        "If you have removed this resource from the program, put it back first.",
      ].join("\n"),
    );
    expect(await rightsOf(db, role)).toEqual(held());
    expect(await grants.refresh()).toBe(true);
    expect(grants.drift).toEqual([`the comment of role "${role}" no longer contains the note of these grants`]);
    await grants.up({ role, schemas: [schema] });
    await grants.destroy();
    expect([await rightsOf(db, role), await commentOf(db, role)]).toEqual([[], "our pipe"]);
  });

  test("that is gone is not needed if nothing of what the grants gave is left", async () => {
    await db.asAdmin(`grant select on ${schema}.orders to ${role}`);
    await grants.up({ role, tables: [`${schema}.orders`] });
    await setComment(db, role, null);
    await db.query(`revoke usage on schema ${schema} from ${role}`);
    said.length = 0;
    await grants.destroy();
    expect(said).toEqual([]);
    expect(await rightsOf(db, role)).toEqual([`SELECT on ${schema}.orders by ${db.user}`]);
    await db.asAdmin(`revoke select on ${schema}.orders from ${role}`);
  });

  test("that is gone with its role is not needed, and the new role of that name keeps what it has", async () => {
    await grants.up({ role, schemas: [schema] });
    await db.query(`drop owned by ${role}; drop role ${role}`);
    await db.asAdmin(`create role ${role}`);
    await db.asAdmin(`grant usage on schema ${schema} to ${role}`);
    await grants.destroy();
    expect(await rightsOf(db, role)).toEqual([`USAGE on ${schema} by ${db.user}`]);
    await db.asAdmin(`revoke usage on schema ${schema} from ${role}`);
  });

  test("from an earlier version, without path and place, is the one of the state, and gets both with the next change", async () => {
    const args = { role, schemas: [schema], path: "acme:index:Orders" };
    await grants.up(args);
    const written = String(await commentOf(db, role));
    await setComment(db, role, written.replace(/"path":"[^"]*",/, "").replace(/"place":\{[^}]*\},/, ""));
    expect(await grants.refresh()).toBe(false);
    await grants.up({ role, tables: [`${schema}.orders`], path: "acme:index:Orders" });
    expect(await grants.refresh()).toBe(false);
    expect(await commentOf(db, role)).toMatch(/"path":"acme:index:Orders".*"place":\{/);
  });

  test("stands next to one of the same mark and other parents, and each is deleted by its own grants", async () => {
    const other = new Managed("ClickPipesGrants", role, db.config);
    await grants.up({ role, schemas: [schema], path: "acme:index:Orders" });
    await other.up({ role, tables: [`${schema}.orders`], path: "acme:index:Billing" });
    expect(said).toEqual([]);
    expect([await grants.refresh(), await other.refresh()]).toEqual([false, false]);
    await grants.up({ role, schemas: [schema], objectOwners: [], path: "acme:index:Orders" });
    await grants.destroy();
    expect(await other.refresh()).toBe(false);
    expect(await rightsOf(db, role)).toEqual(held().slice(0, 2));
    await other.destroy();
    expect(await commentOf(db, role)).toBeNull();
  });

  test("that a branch copied from its parent is of another resource, and stays", async () => {
    await grants.up({ role, schemas: [schema] });
    const written = String(await commentOf(db, role));
    grants.state = undefined;
    await setComment(db, role, written.replace(/"systemIdentifier":"\d+"/, '"systemIdentifier":"1"'));
    await grants.up({ role, schemas: [schema] });
    expect(said.join("\n")).not.toContain("earlier create");
    await grants.destroy();
    expect(await rightsOf(db, role)).toEqual(held());
    await setComment(db, role, null);
    await grants.up({ role, schemas: [schema] });
    await db.query(`drop owned by ${role}`);
    await grants.destroy();
  });
});
