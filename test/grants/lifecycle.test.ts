import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { destroyGrants, GRANTEE_PASSWORD, type Grantee, newGrantee } from "../support/grants/grantee";
import { EVERY_PLACE, useDatabase } from "../support/postgres/database";
import { openSession } from "../support/postgres/login";
import { rightsOf } from "../support/postgres/rights";
import { useWarnings } from "../support/warnings";

describe.each(EVERY_PLACE)("ClickPipesGrants on Postgres $version as $admin", ({ version, admin }) => {
  const db = useDatabase(version, admin);
  useWarnings();
  let { role, schema, grants } = {} as Grantee;

  beforeAll(() => db.query("create foreign data wrapper nowhere; create server nowhere foreign data wrapper nowhere"));
  beforeEach(async () => {
    ({ role, schema, grants } = await newGrantee(db));
  });
  afterEach(async () => {
    await destroyGrants(db, { role, schema, grants });
    await db.asAdmin(`drop role ${role}`);
  });

  const granted = (...lines: string[]) => lines.map((line) => `${line} by ${db.user}`);
  const whole = (...tables: string[]) =>
    [
      ...granted(...tables.map((table) => `SELECT on ${schema}.${table}`), `USAGE on ${schema}`),
      `future SELECT in ${schema} for ${db.user}`,
    ].sort();

  test("a schema means USAGE, and SELECT on everything that can be read in it now and later", async () => {
    await db.asAdmin(`create table ${schema}.events (id int, at date) partition by range (at)`);
    await db.asAdmin(
      `create table ${schema}.events_2030 partition of ${schema}.events for values from ('2030-01-01') to ('2031-01-01')`,
    );
    await db.asAdmin(`create view ${schema}.items as select item from ${schema}.orders`);
    await db.asAdmin(`create materialized view ${schema}.totals as select count(*) from ${schema}.orders`);
    await db.query(`create foreign table ${schema}.remote (id int) server nowhere`);
    await db.query(`alter foreign table ${schema}.remote owner to ${db.user}`);
    await db.asAdmin(`create sequence ${schema}.numbers`);
    const { outputs } = await grants.up({ role, schemas: [schema] });
    expect(outputs).toMatchObject({ role, grantedTables: 6, uncovered: [] });
    expect(await rightsOf(db, role)).toEqual(whole("events", "events_2030", "items", "orders", "remote", "totals"));
    await db.asAdmin(`create table ${schema}.later (id int)`);
    const session = await openSession(db, role, GRANTEE_PASSWORD);
    for (const table of ["orders", "events", "events_2030", "items", "totals", "later"])
      await session.query(`select * from ${schema}.${table}`);
    await session.end();
    expect(await grants.refresh()).toBe(false);
  });

  test("an unchanged program sends nothing", async () => {
    await grants.up({ role, schemas: [schema], tables: [`${schema}.orders`] });
    const rows = () =>
      db.query("select xmin::text, oid from pg_class where relnamespace = $1::regnamespace order by oid", [schema]);
    const before = await rows();
    expect((await grants.up({ role, tables: [{ schema, name: "orders" }], schemas: [schema, schema] })).kind).toBe(
      "same",
    );
    expect(await grants.refresh()).toBe(false);
    expect(await rows()).toEqual(before);
  });

  test("a refresh names the rights that were revoked by hand, and the next update grants them again", async () => {
    await db.asAdmin(`create table ${schema}.lines (id int)`);
    await grants.up({ role, schemas: [schema] });
    const before = await rightsOf(db, role);
    await db.query(`revoke select on ${schema}.orders from ${role}`);
    await db.query(`revoke usage on schema ${schema} from ${role}`);
    await db.query(
      `alter default privileges for role ${db.user} in schema ${schema} revoke select on tables from ${role}`,
    );
    expect(await grants.refresh()).toBe(true);
    expect(grants.drift).toEqual([
      `role "${role}" has no USAGE on schema ${schema}`,
      `role "${role}" has no SELECT on ${schema}.orders`,
      `role "${role}" will have no SELECT on future tables of ${db.user} in schema ${schema}`,
    ]);
    expect((await grants.up({ role, schemas: [schema] })).kind).toBe("update");
    expect(await rightsOf(db, role)).toEqual(before);
    expect(await grants.refresh()).toBe(false);
  });

  test("listed tables get only USAGE and SELECT, and listed columns only SELECT on those columns", async () => {
    await db.asAdmin(`create table ${schema}.lines (id int)`);
    await db.asAdmin(`create table ${schema}.other (id int)`);
    await grants.up({ role, tables: [{ schema, name: "orders", columns: ["item", "id", "id"] }, `${schema}.lines`] });
    expect(await rightsOf(db, role)).toEqual(
      granted(
        `SELECT (ctid) on ${schema}.orders`,
        `SELECT (id) on ${schema}.orders`,
        `SELECT (item) on ${schema}.orders`,
        `SELECT on ${schema}.lines`,
        `USAGE on ${schema}`,
      ),
    );
    const session = await openSession(db, role, GRANTEE_PASSWORD);
    await session.query(`select id, item from ${schema}.orders`);
    await expect(session.query(`select secret from ${schema}.orders`)).rejects.toThrow("permission denied");
    await session.end();
    expect(grants.outputs.grantedTables).toBe(2);
    expect(await grants.refresh()).toBe(false);
  });

  test("an update grants what is new and revokes only what is no longer desired", async () => {
    await db.asAdmin(`create table ${schema}.lines (id int, price int)`);
    await db.asAdmin(`create schema ${schema}_two; create table ${schema}_two.t (id int)`);
    await grants.up({ role, schemas: [schema, `${schema}_two`] });
    await grants.up({ role, schemas: [schema] });
    expect(await rightsOf(db, role)).toEqual(whole("lines", "orders"));
    await grants.up({ role, tables: [`${schema}.orders`, { schema, name: "lines", columns: ["id"] }] });
    const listed = granted(
      `SELECT (ctid) on ${schema}.lines`,
      `SELECT (id) on ${schema}.lines`,
      `SELECT on ${schema}.orders`,
      `USAGE on ${schema}`,
    );
    expect(await rightsOf(db, role)).toEqual(listed);
    await grants.up({ role, tables: [`${schema}.orders`, { schema, name: "lines", columns: ["id", "price"] }] });
    await grants.up({ role, tables: [`${schema}.orders`, { schema, name: "lines", columns: ["price"] }] });
    expect(await rightsOf(db, role)).toEqual(
      granted(
        `SELECT (ctid) on ${schema}.lines`,
        `SELECT (price) on ${schema}.lines`,
        `SELECT on ${schema}.orders`,
        `USAGE on ${schema}`,
      ),
    );
    expect(await grants.refresh()).toBe(false);
    await grants.up({ role, tables: [`${schema}_two.t`] });
    expect(await rightsOf(db, role)).toEqual(granted(`SELECT on ${schema}_two.t`, `USAGE on ${schema}_two`));
    await grants.up({ role, schemas: [schema] });
    expect(await rightsOf(db, role)).toEqual(whole("lines", "orders"));
    expect(await grants.refresh()).toBe(false);
  });

  test("a table goes from listed columns to the whole table and back without losing a column", async () => {
    await grants.up({ role, tables: [{ schema, name: "orders", columns: ["id"] }] });
    await grants.up({ role, tables: [`${schema}.orders`] });
    expect(await rightsOf(db, role)).toContain(`SELECT on ${schema}.orders by ${db.user}`);
    await grants.up({ role, tables: [{ schema, name: "orders", columns: ["id", "item"] }] });
    expect(await rightsOf(db, role)).toEqual(
      granted(
        `SELECT (ctid) on ${schema}.orders`,
        `SELECT (id) on ${schema}.orders`,
        `SELECT (item) on ${schema}.orders`,
        `USAGE on ${schema}`,
      ),
    );
  });

  test("a missing schema, table, column or owner is refused before anything is granted", async () => {
    const nothing = { role, schemas: [schema, "no_schema"], objectOwners: ["no_role"] };
    await expect(grants.up(nothing)).rejects.toThrow(
      "schema no_schema, role no_role.\nNothing was granted.\nCreate it first",
    );
    const tables = [`${schema}.nothing`, { schema, name: "orders", columns: ["id", "No column"] }];
    await expect(grants.up({ role, tables: [tables[0]] })).rejects.toThrow(`table ${schema}.nothing`);
    await expect(grants.up({ role, tables })).rejects.toThrow(
      `table ${schema}.nothing, column "No column" of ${schema}.orders`,
    );
    await expect(grants.up({ role: "no_role", schemas: [schema] })).rejects.toThrow('role "no_role" does not exist');
    expect(await rightsOf(db, role)).toEqual([]);
  });

  test("a refresh removes dropped objects from the scope, so the next preview names them", async () => {
    await db.asAdmin(`create schema ${schema}_gone`);
    await db.asAdmin(`create table ${schema}.gone (id int)`);
    const columns = { schema, name: "orders", columns: ["id", "item"] };
    const args = { role, schemas: [`${schema}_gone`], tables: [`${schema}.gone`, columns], objectOwners: [db.user] };
    await grants.up(args);
    await db.asAdmin(`drop schema ${schema}_gone; drop table ${schema}.gone`);
    await db.asAdmin(`alter table ${schema}.orders drop column item`);
    expect(await grants.refresh()).toBe(true);
    expect(grants.state?.inputs).toMatchObject({ schemas: [], tables: [{ ...columns, columns: ["id"] }] });
    await expect(grants.up(args)).rejects.toThrow(
      `schema ${schema}_gone, table ${schema}.gone, column item of ${schema}.orders`,
    );
    await grants.up({ role, tables: [{ ...columns, columns: ["id"] }] });
    expect(await grants.refresh()).toBe(false);
  });
});
