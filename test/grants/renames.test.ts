import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { destroyGrants, type Grantee, newGrantee } from "../support/grants/grantee";
import { type Place, useDatabase } from "../support/postgres/database";
import { rightsOf } from "../support/postgres/rights";
import { useWarnings } from "../support/warnings";

const PLACES: Place[] = [
  { version: 14, admin: "superuser" },
  { version: 18, admin: "neon" },
];

describe.each(PLACES)("renamed objects on Postgres $version as $admin", ({ version, admin }) => {
  const db = useDatabase(version, admin);
  useWarnings();
  let { role, schema, grants } = {} as Grantee;

  beforeEach(async () => {
    ({ role, schema, grants } = await newGrantee(db));
  });
  afterEach(async () => {
    await destroyGrants(db, { role, schema, grants });
  });

  const granted = (...lines: string[]) => lines.map((line) => `${line} by ${db.user}`);

  test("a refresh names a renamed table, and the program follows it without a change of rights", async () => {
    await grants.up({ role, tables: [`${schema}.orders`] });
    await db.asAdmin(`alter table ${schema}.orders rename to sales`);
    for (const _ of [1, 2]) {
      await grants.refresh();
      expect(grants.state?.inputs.tables).toEqual([`${schema}.sales`]);
      expect(grants.drift).toEqual([`table ${schema}.orders is now called ${schema}.sales`]);
    }
    await expect(grants.up({ role, tables: [`${schema}.orders`] })).rejects.toThrow(`table ${schema}.orders`);
    await grants.up({ role, tables: [`${schema}.sales`] });
    expect(await rightsOf(db, role)).toEqual(granted(`SELECT on ${schema}.sales`, `USAGE on ${schema}`));
    expect(await grants.refresh()).toBe(false);
  });

  test("a listed table is followed without a refresh, even into another schema", async () => {
    await grants.up({ role, tables: [`${schema}.orders`] });
    await db.asAdmin(`create schema ${schema}_archive; alter table ${schema}.orders set schema ${schema}_archive`);
    await grants.up({ role, tables: [`${schema}_archive.orders`] });
    expect(await rightsOf(db, role)).toEqual(
      granted(`SELECT on ${schema}_archive.orders`, `USAGE on ${schema}_archive`),
    );
  });

  test("destroy finds a table, a column and a schema under their new names", async () => {
    await db.asAdmin(`create table ${schema}.lines (id int)`);
    await grants.up({ role, tables: [{ schema, name: "orders", columns: ["id", "item"] }, `${schema}.lines`] });
    await db.asAdmin(
      `alter table ${schema}.orders rename column item to thing; alter table ${schema}.lines rename to l`,
    );
    await db.asAdmin(`alter table ${schema}.orders rename to o; alter schema ${schema} rename to ${schema}_new`);
    await grants.destroy();
    expect(await rightsOf(db, role)).toEqual([]);
  });

  test("a refresh names a renamed column, and the program follows it", async () => {
    await grants.up({ role, tables: [{ schema, name: "orders", columns: ["id", "item"] }] });
    await db.asAdmin(`alter table ${schema}.orders rename column item to thing`);
    await grants.refresh();
    expect(grants.state?.inputs.tables).toEqual([{ schema, name: "orders", columns: ["id", "thing"] }]);
    expect(grants.drift).toEqual([`column item of ${schema}.orders is now called thing`]);
    await grants.up({ role, tables: [{ schema, name: "orders", columns: ["thing"] }] });
    expect(await rightsOf(db, role)).toEqual(
      granted(`SELECT (ctid) on ${schema}.orders`, `SELECT (thing) on ${schema}.orders`, `USAGE on ${schema}`),
    );
    expect(await grants.refresh()).toBe(false);
  });

  test("a refresh names a renamed schema, the program follows it, and destroy leaves no right behind", async () => {
    await grants.up({ role, schemas: [schema] });
    await db.asAdmin(`alter schema ${schema} rename to ${schema}_new`);
    await grants.refresh();
    expect(grants.state?.inputs.schemas).toEqual([`${schema}_new`]);
    expect(grants.drift).toEqual([`schema ${schema} is now called ${schema}_new`]);
    await grants.up({ role, schemas: [`${schema}_new`] });
    expect(await rightsOf(db, role)).toHaveLength(3);
    expect(await grants.refresh()).toBe(false);
  });

  test("if another table takes over the name, it is granted and the renamed one is revoked", async () => {
    await grants.up({ role, tables: [`${schema}.orders`] });
    await db.asAdmin(`alter table ${schema}.orders rename to orders_old; create table ${schema}.orders (id int)`);
    expect(await grants.refresh()).toBe(true);
    expect(grants.drift).toEqual([
      `role "${role}" has no SELECT on ${schema}.orders`,
      `table ${schema}.orders is now called ${schema}.orders_old`,
    ]);
    await grants.up({ role, tables: [`${schema}.orders`] });
    expect(await rightsOf(db, role)).toEqual(granted(`SELECT on ${schema}.orders`, `USAGE on ${schema}`));
    expect(await grants.refresh()).toBe(false);
  });

  test("a table that was dropped and created again is granted again", async () => {
    await grants.up({ role, tables: [`${schema}.orders`] });
    await db.asAdmin(`drop table ${schema}.orders; create table ${schema}.orders (id int)`);
    expect(await grants.refresh()).toBe(true);
    expect(grants.drift).toEqual([`role "${role}" has no SELECT on ${schema}.orders`]);
    await grants.up({ role, tables: [`${schema}.orders`] });
    expect(await grants.refresh()).toBe(false);
  });

  test("rights from before the grants stay on a renamed table and column and with a renamed owner", async () => {
    await db.query(`create role ${role}_owner; grant ${role}_owner to ${db.user}`);
    await db.query(
      `alter table ${schema}.orders owner to ${role}_owner; grant all on schema ${schema} to ${role}_owner`,
    );
    await db.query(`set role ${role}_owner; grant select (item) on ${schema}.orders to ${role}; reset role`);
    await db.query(
      `set role ${db.user}; create table ${schema}.lines (id int); grant select on ${schema}.lines to ${role}; reset role`,
    );
    await grants.up({ role, schemas: [schema], tables: [{ schema, name: "orders", columns: ["item"] }] });
    await db.query(
      `alter table ${schema}.orders rename column item to thing; alter table ${schema}.orders rename to sales`,
    );
    await db.query(
      `alter table ${schema}.lines rename to positions; alter table ${schema}.lines owner to ${role}_owner`.replace(
        "lines owner",
        "positions owner",
      ),
    );
    await db.query(`alter role ${role}_owner rename to ${role}_chief`);
    await grants.destroy();
    expect(await rightsOf(db, role)).toEqual([
      `SELECT (thing) on ${schema}.sales by ${role}_chief`,
      `SELECT on ${schema}.positions by ${role}_chief`,
    ]);
    await db.query(`drop schema ${schema} cascade`);
  });

  test("a refresh names a renamed role of `objectOwners`, and the program follows it", async () => {
    await db.query(`create role ${role}_owner; grant ${role}_owner to ${db.user}`);
    await grants.up({ role, schemas: [schema], objectOwners: [`${role}_owner`] });
    await db.query(`alter role ${role}_owner rename to ${role}_chief`);
    await grants.refresh();
    expect(grants.state?.inputs.objectOwners).toEqual([`${role}_chief`]);
    expect(grants.drift).toEqual([`role ${role}_owner is now called ${role}_chief`]);
    await grants.up({ role, schemas: [schema], objectOwners: [] });
    expect((await rightsOf(db, role)).filter((line) => /^future/.test(line))).toEqual([]);
  });
});
