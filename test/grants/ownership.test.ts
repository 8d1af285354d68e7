import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { destroyGrants, type Grantee, newGrantee, rightsOnOrders } from "../support/grants/grantee";
import { Managed } from "../support/managed";
import { EVERY_PLACE, useDatabase } from "../support/postgres/database";
import { rightsOf } from "../support/postgres/rights";
import { useWarnings } from "../support/warnings";

describe.each(EVERY_PLACE)("rights that grants did not give, on Postgres $version as $admin", ({ version, admin }) => {
  const db = useDatabase(version, admin);
  const said = useWarnings();
  let { role, schema, grants } = {} as Grantee;

  beforeAll(() => db.asAdmin("create role dba"));
  beforeEach(async () => {
    ({ role, schema, grants } = await newGrantee(db));
  });
  afterEach(async () => {
    await destroyGrants(db, { role, schema, grants });
    await db.asAdmin(`drop role ${role}`);
  });

  const onOrders = () => rightsOnOrders(db, schema);

  test("rights that another role granted don't count as the grants' own and stay", async () => {
    await db.asAdmin(`grant usage on schema ${schema} to dba with grant option`);
    await db.asAdmin(`grant select on ${schema}.orders to dba with grant option`);
    await db.asAdmin(`create table ${schema}.lines (id int)`);
    await grants.up({ role, schemas: [schema] });
    await db.query("set role dba");
    await db.query(`grant usage on schema ${schema} to ${role}`);
    await db.query(`grant select on ${schema}.orders to ${role}`);
    await db.query("reset role");
    await grants.up({ role, tables: [`${schema}.lines`] });
    await grants.destroy();
    const theirs = [`SELECT on ${schema}.orders by dba`, `USAGE on ${schema} by dba`];
    expect(await rightsOf(db, role)).toEqual(theirs);
    expect(said.join("\n")).toContain(`"${role}" keeps rights that other roles granted: schema ${schema} (by dba)`);
    await db.query(`revoke all on schema ${schema} from dba cascade; revoke all on ${schema}.orders from dba cascade`);
  });

  test("the role keeps the rights that it had before", async () => {
    await db.asAdmin(`create table ${schema}.lines (id int, price int)`);
    await db.asAdmin(`create schema ${schema}_two; create table ${schema}_two.t (id int)`);
    await db.asAdmin(`grant usage on schema ${schema}, ${schema}_two to ${role}`);
    await db.asAdmin(`grant select on ${schema}.orders, ${schema}_two.t to ${role}`);
    await db.asAdmin(`grant select (price) on ${schema}.lines to ${role}`);
    await db.asAdmin(`alter default privileges in schema ${schema} grant select on tables to ${role}`);
    const before = await rightsOf(db, role);
    await grants.up({ role, schemas: [schema] });
    await grants.up({ role, schemas: [schema, `${schema}_two`] });
    await db.asAdmin(`create table ${schema}.later (id int)`);
    expect(await grants.refresh()).toBe(false);
    await grants.destroy();
    expect(await rightsOf(db, role)).toEqual([...before, `SELECT on ${schema}.later by ${db.user}`].sort());
    await db.asAdmin(`drop schema ${schema}, ${schema}_two cascade`);
  });

  test("the next run takes over what a killed run granted, and only its delete revokes it", async () => {
    const args = { role, schemas: [schema] };
    await grants.up(args);
    const killed = grants.state;
    grants.state = undefined;
    await grants.up(args);
    expect(grants.outputs).toMatchObject({ found: [] });
    const late = new Managed("ClickPipesGrants", role, db.config);
    late.state = killed;
    await late.destroy();
    expect(said.join("\n")).toContain(`the set of grants to role "${role}" belongs to a later create of this resource`);
    expect(await rightsOf(db, role)).toEqual(onOrders());
  });
});
