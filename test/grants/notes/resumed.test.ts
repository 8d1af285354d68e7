import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { commentOf } from "../../support/grants/comment";
import { destroyGrants, type Grantee, newGrantee } from "../../support/grants/grantee";
import { Managed } from "../../support/managed";
import { type Place, useDatabase } from "../../support/postgres/database";
import { rightsOf } from "../../support/postgres/rights";
import { useWarnings } from "../../support/warnings";

const PLACES: Place[] = [
  { version: 14, admin: "superuser" },
  { version: 18, admin: "neon" },
];
const EARLIER = "the note of an earlier create of these grants";

describe.each(PLACES)("a create that finds its own note, on Postgres $version as $admin", ({ version, admin }) => {
  const db = useDatabase(version, admin);
  const said = useWarnings();
  let { role, schema, grants } = {} as Grantee;

  beforeEach(async () => {
    ({ role, schema, grants } = await newGrantee(db));
    await db.asAdmin(`create table ${schema}.lines (id int)`);
  });
  afterEach(async () => {
    await destroyGrants(db, { role, schema, grants });
    expect(await commentOf(db, role)).toBeNull();
    await db.asAdmin(`drop role ${role}`);
  });

  const listed = (...tables: string[]) => ({ role, tables: tables.map((table) => `${schema}.${table}`) });
  const held = (...tables: string[]) => [
    ...tables.map((table) => `SELECT on ${schema}.${table} by ${db.user}`),
    `USAGE on ${schema} by ${db.user}`,
  ];

  /** A run that is killed after its COMMIT, before Pulumi has its answer. */
  async function killedUp(args: Record<string, unknown>): Promise<Managed["state"]> {
    await grants.up(args);
    const { state } = grants;
    grants.state = undefined;
    return state;
  }

  test("revokes what the killed run gave and the program no longer asks for", async () => {
    await killedUp(listed("orders"));
    await grants.up(listed("lines"));
    expect(await rightsOf(db, role)).toEqual(held("lines"));
    expect(await grants.refresh()).toBe(false);
    const [will, done] = said.filter((line) => line.includes(EARLIER));
    expect(will).toContain("`pulumi up` takes them over.\nWhat it gave and the arguments do not ask for is revoked.");
    expect(done).toContain(
      `They were taken over.\nRevoked, since the arguments do not ask for it: table ${schema}.orders (by ${db.user}).`,
    );
  });

  test("from whole schemas with their creators to other ones and back leaves nothing behind", async () => {
    await killedUp({ role, schemas: [schema] });
    await killedUp({ role, schemas: [schema], objectOwners: [] });
    expect(await rightsOf(db, role)).toEqual(held("lines", "orders"));
    await killedUp({ ...listed("orders"), schemas: [] });
    await killedUp({ role, schemas: [schema] });
    await grants.up({ role, tables: [{ schema, name: "orders", columns: ["id"] }] });
    expect(await rightsOf(db, role)).toEqual([
      `SELECT (ctid) on ${schema}.orders by ${db.user}`,
      `SELECT (id) on ${schema}.orders by ${db.user}`,
      `USAGE on ${schema} by ${db.user}`,
    ]);
    expect(await grants.refresh()).toBe(false);
  });

  test("of grants that Pulumi replaces revokes at once, and the late delete changes nothing", async () => {
    const old = new Managed("ClickPipesGrants", role, db.config);
    old.state = await killedUp(listed("orders"));
    await grants.up(listed("lines"));
    await old.destroy();
    expect(await rightsOf(db, role)).toEqual(held("lines"));
    expect(await grants.refresh()).toBe(false);
    expect(said.join("\n")).toContain(`the set of grants to role "${role}" belongs to a later create`);
  });

  test("keeps what the role held before the killed run", async () => {
    await db.asAdmin(`grant usage on schema ${schema} to ${role}; grant select on ${schema}.orders to ${role}`);
    await killedUp({ role, schemas: [schema] });
    await grants.up(listed("lines"));
    expect(await rightsOf(db, role)).toEqual(held("lines", "orders"));
    await grants.destroy();
    expect(await rightsOf(db, role)).toEqual(held("orders"));
    await db.asAdmin(`revoke usage on schema ${schema} from ${role}; revoke select on ${schema}.orders from ${role}`);
  });

  test("revokes what the killed run gave next to default privileges that existed before", async () => {
    await db.asAdmin(`alter default privileges in schema ${schema} grant select on tables to ${role}`);
    await killedUp({ role, schemas: [schema] });
    await grants.up({ role, schemas: [schema] });
    await grants.destroy();
    const future = `future SELECT in ${schema} for ${db.user}`;
    expect(await rightsOf(db, role)).toEqual([future]);
    await db.asAdmin(`alter default privileges in schema ${schema} revoke select on tables from ${role}`);
  });

  test("whose scope is too long to be noted revokes nothing, and says how to find what may remain", async () => {
    await db.asAdmin(
      `do $$ begin for i in 1..201 loop execute format('create table ${schema}.t%s (id int)', i); end loop; end $$`,
    );
    await killedUp(listed(...Array.from({ length: 201 }, (_, index) => `t${index + 1}`)));
    await grants.up(listed("orders"));
    expect(await rightsOf(db, role)).toHaveLength(203);
    const done = said.find((line) => line.includes("Its note does not list what it gave, so nothing was revoked."));
    expect(await db.query(String(done?.split("\n").at(-1)))).toHaveLength(202);
    await db.asAdmin(`revoke select on all tables in schema ${schema} from ${role}`);
  });

  test("whose role held too much before revokes nothing, and names what may remain", async () => {
    await db.asAdmin(
      `do $$ begin for i in 1..101 loop execute format('create table ${schema}.t%s (id int)', i); end loop; end $$`,
    );
    await db.asAdmin(
      `grant select on all tables in schema ${schema} to ${role}; revoke select on ${schema}.lines from ${role}`,
    );
    await killedUp({ role, schemas: [schema] });
    await grants.up(listed("orders"));
    expect((await rightsOf(db, role)).filter((line) => line.startsWith("SELECT"))).toHaveLength(103);
    expect(said.join("\n")).toContain(
      `It may have given this, which the arguments do not ask for: future tables in ${schema} (by ${db.user}), table ${schema}.lines (by ${db.user}),`,
    );
    await db.asAdmin(
      `revoke select on all tables in schema ${schema} from ${role}; revoke usage on schema ${schema} from ${role}`,
    );
    await db.asAdmin(`alter default privileges in schema ${schema} revoke select on tables from ${role}`);
  });

  test("is not mentioned by a preview or an update of what is in the state", async () => {
    await grants.up(listed("orders"));
    await grants.up(listed("lines"));
    expect(said).toEqual([]);
  });
});

describe.each(PLACES)(
  "a create whose note is on another role, on Postgres $version as $admin",
  ({ version, admin }) => {
    const db = useDatabase(version, admin);
    const said = useWarnings();

    test("leaves that role unchanged, and names the way to revoke what it was given", async () => {
      const { role, schema, grants } = await newGrantee(db);
      const next = `${role}_next`;
      await db.asAdmin(`create role ${next}`);
      const args = { path: "acme:index:Orders", schemas: [schema] };
      await grants.up({ ...args, role });
      const before = await rightsOf(db, role);
      grants.state = undefined;
      await grants.up({ ...args, role: next });
      expect(await rightsOf(db, role)).toEqual(before);
      expect(await rightsOf(db, next)).toEqual(before);
      expect(said.join("\n")).toContain(
        `role "${role}" also carries a note of these grants, which are now to role "${next}"`,
      );
      expect(said.join("\n")).toContain(`to revoke them, set \`role\` to "${role}", run \`pulumi up\``);
      await grants.up({ ...args, role });
      await grants.up({ ...args, role: next });
      expect([await rightsOf(db, role), await commentOf(db, role)]).toEqual([[], null]);
      expect(await grants.refresh()).toBe(false);
      await grants.destroy();
      expect([await rightsOf(db, next), await commentOf(db, next)]).toEqual([[], null]);
    });

    test("says nothing of a note that names other parents", async () => {
      const { role, schema, grants } = await newGrantee(db);
      await db.asAdmin(`create role ${role}_next`);
      await grants.up({ path: "acme:index:Orders", schemas: [schema], role });
      const other = new Managed("ClickPipesGrants", role, db.config);
      await other.up({ path: "acme:index:Billing", schemas: [schema], role: `${role}_next` });
      expect(said).toEqual([]);
      await other.destroy();
      await grants.destroy();
    });
  },
);
