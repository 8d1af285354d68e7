import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { destroyGrants, GRANTEE_PASSWORD, type Grantee, newGrantee, rightsOnOrders } from "../support/grants/grantee";
import { EVERY_PLACE, useDatabase } from "../support/postgres/database";
import { rightsOf } from "../support/postgres/rights";
import { useWarnings } from "../support/warnings";

describe.each(EVERY_PLACE)("the role of grants on Postgres $version as $admin", ({ version, admin }) => {
  const db = useDatabase(version, admin);
  useWarnings();
  let { role, schema, grants } = {} as Grantee;

  beforeEach(async () => {
    ({ role, schema, grants } = await newGrantee(db));
  });
  afterEach(async () => {
    await destroyGrants(db, { role, schema, grants });
    await db.asAdmin(`drop role ${role}`);
  });

  const onOrders = () => rightsOnOrders(db, schema);

  test("if the role was dropped, the grants are gone too", async () => {
    await grants.up({ role, schemas: [schema] });
    await db.asAdmin(`drop owned by ${role}`).catch(() => db.query(`drop owned by ${role}`));
    await db.asAdmin(`drop role ${role}`);
    expect(await grants.refresh()).toBe(true);
    expect(grants.state).toBeUndefined();
    await db.asAdmin(`create role ${role} login password '${GRANTEE_PASSWORD}'`);
  });

  test("one transaction revokes from the old role and grants to the new one", async () => {
    await db.asAdmin(`create role ${role}_next`);
    await grants.up({ role, schemas: [schema] });
    expect((await grants.up({ role: `${role}_next`, schemas: [schema] })).kind).toBe("update");
    expect(await rightsOf(db, role)).toEqual([]);
    expect(await rightsOf(db, `${role}_next`)).toEqual(onOrders());
    expect(await grants.refresh()).toBe(false);
    await grants.destroy();
    await db.asAdmin(`drop role ${role}_next`);
  });

  test("a renamed role is followed without a statement on any object", async () => {
    await grants.up({ role, schemas: [schema] });
    const rows = () => db.query("select xmin::text from pg_class where relnamespace = $1::regnamespace", [schema]);
    const before = await rows();
    await db.asAdmin(`alter role ${role} rename to ${role}_new`);
    const { token } = grants.outputs;
    expect(await grants.up({ role: `${role}_new`, schemas: [schema] })).toMatchObject({
      kind: "update",
      outputs: { token },
    });
    expect(await rows()).toEqual(before);
    expect(await grants.refresh()).toBe(false);
    await grants.destroy();
    await db.asAdmin(`alter role ${role}_new rename to ${role}`);
  });
});
