import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Managed } from "../support/managed";
import { type Place, useDatabase } from "../support/postgres/database";
import { dependenciesOn, rightsOf } from "../support/postgres/rights";
import { useWarnings } from "../support/warnings";

const PLACES: Place[] = [
  { version: 14, admin: "neon" },
  { version: 18, admin: "neon" },
];

describe.each(PLACES)('schemas: "*" on Postgres $version as $admin', ({ version, admin }) => {
  const db = useDatabase(version, admin);
  useWarnings();
  let grants: Managed;

  beforeAll(async () => {
    await db.asAdmin(
      "create role reader; create schema app; create table app.orders (id int); create table public.items (id int)",
    );
    // Extensions have tables and schemas of their own, and so does Neon's own role.
    await db.query(
      "create schema extras; create extension hstore schema extras; alter schema extras owner to neondb_owner",
    );
    await db.query(
      "create table extras.own (id int); alter extension hstore add table extras.own; alter table extras.own owner to neondb_owner",
    );
    await db.query("create schema neon_control_plane; create table neon_control_plane.secret (id int)");
    await db.query("create table app.of_neon (id int); create table public.spatial_ref_sys (id int)");
    await db.query("create schema brought; alter extension hstore add schema brought; create table brought.t (id int)");
    await db.query("alter schema brought owner to neondb_owner; alter table brought.t owner to neondb_owner");
  });
  beforeEach(() => {
    grants = new Managed("ClickPipesGrants", "grants", db.config);
  });
  afterEach(async () => {
    await grants.destroy();
    expect([await rightsOf(db, "reader"), await dependenciesOn(db, "reader")]).toEqual([[], 0]);
  });

  const readable = async () => (await rightsOf(db, "reader")).filter((line) => /^SELECT/.test(line));

  test("means every schema of the application, without those of extensions and of Neon", async () => {
    await grants.up({ role: "reader", schemas: "*" });
    expect(grants.outputs).toMatchObject({ uncovered: [], grantedTables: 2 });
    expect(await readable()).toEqual([
      "SELECT on app.orders by neondb_owner",
      "SELECT on public.items by neondb_owner",
    ]);
    expect((await rightsOf(db, "reader")).filter((line) => /^USAGE/.test(line))).toEqual(
      ["app", "extras", "public"].map((schema) => `USAGE on ${schema} by neondb_owner`),
    );
    expect(await grants.refresh()).toBe(false);
  });

  test("can be combined with a listed table of an extension", async () => {
    await grants.up({ role: "reader", schemas: "*", tables: ["extras.own", "app.orders"] });
    expect(await readable()).toContain("SELECT on extras.own by neondb_owner");
    expect(await grants.refresh()).toBe(false);
  });

  test("shows a new schema as drift, and the next update covers it", async () => {
    await grants.up({ role: "reader", schemas: "*" });
    await db.asAdmin("create schema late; create table late.t (id int)");
    expect(await grants.refresh()).toBe(true);
    expect(grants.drift).toEqual([
      'role "reader" has no USAGE on schema late',
      'role "reader" has no SELECT on late.t',
      'role "reader" will have no SELECT on future tables of neondb_owner in schema late',
    ]);
    await grants.up({ role: "reader", schemas: "*" });
    expect(await readable()).toContain("SELECT on late.t by neondb_owner");
    await grants.destroy();
    await db.asAdmin("drop schema late cascade");
  });

  test("changes to one schema and back, and only the difference is revoked and granted", async () => {
    await grants.up({ role: "reader", schemas: "*" });
    const all = await rightsOf(db, "reader");
    await grants.up({ role: "reader", schemas: ["app"] });
    expect(await rightsOf(db, "reader")).toEqual(all.filter((line) => / app/.test(line)));
    await grants.up({ role: "reader", schemas: "*" });
    expect(await rightsOf(db, "reader")).toEqual(all);
  });

  test("a listed table of Neon's own role is granted and revoked through the grant option that the admin inherits", async () => {
    const listed = ["app.of_neon", "public.spatial_ref_sys"];
    await grants.up({ role: "reader", tables: listed });
    expect(grants.outputs.uncovered).toMatchObject([{ object: "app.of_neon", owner: "cloud_admin" }]);
    expect(await readable()).toEqual(["SELECT on public.spatial_ref_sys by neon_superuser"]);
    expect(await grants.refresh()).toBe(false);
  });
});
