import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { GRANTEE_PASSWORD, type Grantee, newGrantee } from "../support/grants/grantee";
import { Managed } from "../support/managed";
import { type Place, useDatabase } from "../support/postgres/database";
import { openSession } from "../support/postgres/login";
import { dependenciesOn, rightsOf } from "../support/postgres/rights";
import { useWarnings } from "../support/warnings";

const PLACES: Place[] = [
  { version: 14, admin: "superuser" },
  { version: 15, admin: "neon" },
  { version: 18, admin: "neon" },
];

describe.each(PLACES)(
  "rights and policies of others, next to grants, on Postgres $version as $admin",
  ({ version, admin }) => {
    const db = useDatabase(version, admin);
    const said = useWarnings();
    let { role, schema, grants } = {} as Grantee;

    beforeAll(() => db.query("create role stranger"));
    beforeEach(async () => {
      ({ role, schema, grants } = await newGrantee(db));
    });
    afterEach(() => grants.destroy());

    const asRole = (as: string, text: string) => db.query(`set role ${as}; ${text}; reset role`);

    test("a role keeps its rights as an owner, even if it became the owner later", async () => {
      await db.query(`grant usage, create on schema ${schema} to ${role}`);
      await grants.up({ role, schemas: [schema] });
      await asRole(role, `create table ${schema}.own (id int); grant select on ${schema}.own to stranger`);
      await db.query(`alter table ${schema}.orders owner to ${role}; grant select on ${schema}.orders to stranger`);
      await grants.refresh();
      expect(grants.drift).toEqual([]);
      await grants.destroy();
      await asRole(role, `select from ${schema}.own; select from ${schema}.orders`);
    });

    test("tables stay readable through default privileges for all schemas that existed before the grants", async () => {
      await db.asAdmin(`alter default privileges grant select on tables to ${role}`);
      await grants.up({ role, schemas: [schema] });
      await db.asAdmin(`create table ${schema}.later (id int)`);
      await grants.destroy();
      expect(await rightsOf(db, role)).toEqual([
        `SELECT on ${schema}.later by ${db.user}`,
        `future SELECT in all schemas for ${db.user}`,
      ]);
      await db.asAdmin(`alter default privileges revoke select on tables from ${role}`);
    });

    if (admin === "neon")
      test("rights of PUBLIC don't count as the role's own, and losing them is drift", async () => {
        await db.query(`create table ${schema}.open (id int); alter table ${schema}.open owner to stranger`);
        await db.query(`grant select on ${schema}.open to public`);
        await grants.up({ role, schemas: [schema] });
        expect(grants.outputs.grantedTables).toBe(2);
        await db.query(`revoke select on ${schema}.open from public`);
        expect(await grants.refresh()).toBe(true);
        expect(grants.drift).toEqual([expect.stringContaining(`${schema}.open`)]);
        await grants.destroy();
        expect([await rightsOf(db, role), await dependenciesOn(db, role)]).toEqual([[], 0]);
      });

    if (admin === "neon")
      test("columns that PUBLIC may read are covered, whatever role owns them", async () => {
        await db.query(
          `create table ${schema}.open (id int, hidden text); alter table ${schema}.open owner to stranger`,
        );
        await db.query(`grant select (id, ctid) on ${schema}.open to public`);
        await grants.up({ role, tables: [{ schema, name: "open", columns: ["id"] }] });
        expect(grants.outputs).toMatchObject({ grantedTables: 1, uncovered: [] });
        await grants.up({ role, tables: [{ schema, name: "open", columns: ["id", "hidden"] }] });
        expect(grants.outputs).toMatchObject({ grantedTables: 0, uncovered: [{ object: `${schema}.open` }] });
      });

    if (admin === "neon")
      test("a right stays if the table now belongs to an owner that the admin can't act as, and destroy reports it", async () => {
        await grants.up({ role, schemas: [schema] });
        await db.query(`alter table ${schema}.orders owner to stranger`);
        await grants.destroy();
        expect(await rightsOf(db, role)).toEqual([`SELECT on ${schema}.orders by stranger`]);
        expect(said.join("\n")).toContain(
          `keeps rights that only the owner may revoke now: table ${schema}.orders (by stranger)`,
        );
      });

    test("rights from before several grants, or before they were created again, outlive all of them, and the grants' own don't", async () => {
      await db.asAdmin(`create table ${schema}.lines (id int); grant select on ${schema}.orders to ${role}`);
      const before = await rightsOf(db, role);
      const other = new Managed("ClickPipesGrants", `${role}_other`, db.config);
      await grants.up({ role, schemas: [schema] });
      await other.up({ role, tables: [`${schema}.orders`, `${schema}.lines`] });
      grants.state = undefined;
      await grants.up({ role, schemas: [schema] });
      await grants.destroy();
      expect(await other.refresh()).toBe(false);
      await other.up({ role, schemas: [schema] });
      await other.destroy();
      expect(await rightsOf(db, role)).toEqual(before);
    });

    test("if an update is killed after its COMMIT, destroy keeps the rights from before it and revokes all others", async () => {
      await db.asAdmin(`create table ${schema}.lines (id int); create table ${schema}.more (id int)`);
      await db.asAdmin(`grant select on ${schema}.orders, ${schema}.lines to ${role}`);
      const before = await rightsOf(db, role);
      await grants.up({ role, tables: [`${schema}.orders`] });
      const { state } = grants;
      await grants.up({ role, schemas: [schema] });
      grants.state = state;
      await grants.destroy();
      expect(await rightsOf(db, role)).toEqual(before);
    });

    test("a refresh names a lost column, and the next update grants only that column", async () => {
      const args = { role, tables: [{ schema, name: "orders", columns: ["id", "item"] }] };
      await grants.up(args);
      const before = await rightsOf(db, role);
      await db.asAdmin(`revoke select (item) on ${schema}.orders from ${role}`);
      expect(await grants.refresh()).toBe(true);
      expect(grants.drift).toEqual([`role "${role}" has no SELECT on ${schema}.orders (item)`]);
      await grants.up(args);
      expect(await rightsOf(db, role)).toEqual(before);
    });

    test("a missing table or column is refused, even if its whole schema is listed too", async () => {
      const absent = [`${schema}.nothing`, { schema, name: "orders", columns: ["nowhere"] }];
      await expect(grants.up({ role, schemas: [schema], tables: absent })).rejects.toThrow(
        `table ${schema}.nothing, column nowhere of ${schema}.orders`,
      );
      expect(await rightsOf(db, role)).toEqual([]);
    });

    test("a preview only warns of what is missing, including the role unless the program creates it", async () => {
      const args = { role: `${role}_soon`, schemas: ["nowhere"], tables: [{ schema, name: "orders", columns: ["x"] }] };
      await grants.check(args);
      expect(said.join("\n")).toContain(
        `not in the database (yet): role ${role}_soon, schema nowhere, column x of ${schema}.orders`,
      );
      said.length = 0;
      await new Managed("ClickPipesUser", role, db.config).check({ name: `${role}_soon`, adopt: true }).catch(() => {});
      await grants.check({ role: `${role}_soon`, schemas: [schema] });
      expect(said).toEqual([]);
    });

    test("nor of the role, if the program says that it makes it in another process; that goes into no state", async () => {
      const inputs = await grants.check({ role: `${role}_elsewhere`, schemas: [schema], announced: true });
      expect(said).toEqual([]);
      expect(inputs).not.toHaveProperty("announced");
    });

    test("a system table is refused in the preview", async () => {
      for (const table of ["pg_catalog.pg_class", "information_schema.tables"])
        await expect(grants.check({ role, tables: [table] })).rejects.toThrow(`"${table}" is in a system schema`);
    });

    if (admin === "neon")
      test("a fix grants what was asked for and no more, for any number of tables", async () => {
        const names = Array.from({ length: 25 }, (_, index) => `t${index}`);
        for (const name of [...names, "secret"])
          await db.query(
            `create table ${schema}.${name} (id int, hidden text); alter table ${schema}.${name} owner to stranger`,
          );
        const columns = (name: string) => ({ schema, name, columns: ["id"] });
        await grants.up({
          role,
          tables: [...names.slice(0, 22).map((name) => `${schema}.${name}`), ...names.slice(22).map(columns)],
        });
        const uncovered = grants.outputs.uncovered as { fix: string }[];
        for (const { fix } of uncovered) await db.query(fix);
        expect(await grants.refresh()).toBe(false);
        expect(grants.outputs).toMatchObject({ uncovered: [], grantedTables: 25 });
        const rights = (await rightsOf(db, role)).join("\n");
        expect(rights).not.toContain("secret");
        expect(rights).not.toContain("hidden");
      });

    test("a fix shows hidden rows, for two roles and for many tables", async () => {
      const names = Array.from({ length: 25 }, (_, index) => `t${index}`);
      await db.asAdmin(`create role "${role}$$"; alter table ${schema}.orders enable row level security`);
      const other = new Managed("ClickPipesGrants", `${role}_other`, db.config);
      for (const life of [
        () => grants.up({ role, schemas: [schema] }),
        () => other.up({ role: `${role}$$`, schemas: [schema] }),
      ])
        for (const { fix } of (await life()).outputs.uncovered as { fix: string }[]) await db.query(fix);
      for (const name of names)
        await db.asAdmin(
          `create table ${schema}.${name} (id int); alter table ${schema}.${name} enable row level security`,
        );
      for (const one of [grants, other]) {
        await one.refresh();
        const [entry] = one.outputs.uncovered as { object: string; fix: string }[];
        expect(entry?.object).toBe(`25 tables in schema ${schema}`);
        await db.query(String(entry?.fix));
        await one.refresh();
        expect(one.outputs.uncovered).toEqual([]);
      }
      await other.destroy();
    });

    test("a fix shows the rows that a restrictive policy hides to that role only", async () => {
      await db.asAdmin(`insert into ${schema}.orders values (1), (20)`);
      await db.asAdmin(`alter table ${schema}.orders enable row level security, force row level security`);
      await db.asAdmin(`create policy everyone on ${schema}.orders using (true)`);
      await db.asAdmin(`create policy "Narrow" on ${schema}.orders as restrictive using (id < 10 or item = 'x')`);
      await grants.up({ role, schemas: [schema] });
      const [entry] = grants.outputs.uncovered as { reason: string; fix: string }[];
      expect(entry?.reason).toContain('through the restrictive policy "Narrow"');
      await db.query(String(entry?.fix));
      expect(await grants.refresh()).toBe(false);
      expect(grants.outputs.uncovered).toEqual([]);
      const session = await openSession(db, role, GRANTEE_PASSWORD);
      expect((await session.query(`select id from ${schema}.orders`)).rows).toHaveLength(2);
      await session.end();
      await db.query(`grant usage on schema ${schema} to stranger; grant select on ${schema}.orders to stranger`);
      expect(
        await db
          .query(`set role stranger; select id from ${schema}.orders`)
          .then(() => db.query(`select id from ${schema}.orders`)),
      ).toHaveLength(1);
      await db.query("reset role");
      await db.asAdmin(`drop table ${schema}.orders`);
    });
  },
);
