import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Grantee, newGrantee } from "../support/grants/grantee";
import { EVERY_PLACE, useDatabase } from "../support/postgres/database";
import { rightsOf } from "../support/postgres/rights";
import { useWarnings } from "../support/warnings";

describe.each(EVERY_PLACE)("what grants can't cover on Postgres $version as $admin", ({ version, admin }) => {
  const db = useDatabase(version, admin);
  const said = useWarnings();
  let { role, schema, grants } = {} as Grantee;

  beforeAll(() => db.query("create role stranger"));
  beforeEach(async () => {
    ({ role, schema, grants } = await newGrantee(db));
  });
  afterEach(() => grants.destroy());

  if (admin === "neon")
    test("is reported with a statement for the admin, and everything else is granted", async () => {
      await db.query(`create table ${schema}.foreign_owned (id int)`);
      await db.query(`alter table ${schema}.foreign_owned owner to stranger`);
      await db.query(`create schema ${schema}_theirs authorization stranger`);
      await db.query(`grant create on schema ${schema} to stranger`);
      const scope = { role, schemas: [schema, `${schema}_theirs`] };
      const { outputs } = await grants.up(scope);
      const uncovered = outputs.uncovered as { kind: string; object: string; owner: string; fix: string }[];
      expect(uncovered.map(({ kind, object, owner }) => [kind, object, owner])).toEqual([
        ["schema", `${schema}_theirs`, "stranger"],
        ["table", `${schema}.foreign_owned`, "stranger"],
        ["default privileges", `future tables of stranger in schema ${schema}`, "stranger"],
        ["default privileges", `future tables of stranger in schema ${schema}_theirs`, "stranger"],
      ]);
      expect(outputs.grantedTables).toBe(1);
      expect(await rightsOf(db, role)).toEqual([
        `SELECT on ${schema}.orders by ${db.user}`,
        `USAGE on ${schema} by ${db.user}`,
        `future SELECT in ${schema} for ${db.user}`,
      ]);
      expect(said.join("\n")).toContain(
        `Only its owner stranger may grant it, and the admin is not a member of that role.\nRun as stranger, or as a superuser: GRANT SELECT ON "${schema}"."foreign_owned" TO "${role}";`,
      );
      expect(await grants.refresh()).toBe(false);
      for (const { fix } of uncovered) await db.query(fix);
      await db.query(`set role stranger; create table ${schema}.future (id int); reset role`);
      expect(await grants.refresh()).toBe(false);
      expect(grants.outputs).toMatchObject({ uncovered: [], grantedTables: 3 });
      await grants.destroy();
      expect(await rightsOf(db, role)).toHaveLength(5);
      await db.query(`drop owned by stranger`);
    });

  test("includes rows that row-level security hides, reported with a policy that shows them", async () => {
    await db.asAdmin(`alter table ${schema}.orders enable row level security`);
    await db.asAdmin(`create policy mine on ${schema}.orders using (id < 10)`);
    await grants.up({ role, schemas: [schema] });
    const [entry] = grants.outputs.uncovered as { object: string; reason: string; fix: string }[];
    expect(entry).toMatchObject({
      object: `${schema}.orders`,
      reason: expect.stringContaining("row-level security hides rows"),
    });
    await db.asAdmin(String(entry?.fix));
    expect(await grants.refresh()).toBe(false);
    expect(grants.outputs.uncovered).toEqual([]);
    await db.asAdmin(`create policy narrow on ${schema}.orders as restrictive using (id < 10)`);
    expect(await grants.refresh()).toBe(true);
    expect(grants.drift).toEqual([
      expect.stringContaining(`table ${schema}.orders is not covered. Row-level security hides rows`),
    ]);
    expect(await grants.refresh()).toBe(false);
    await grants.up({ role, schemas: [schema] });
    await db.asAdmin(`drop table ${schema}.orders`);
  });
});
