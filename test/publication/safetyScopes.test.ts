import { describe, expect, test } from "vitest";
import { fresh } from "../support/freshName";
import { useDatabase } from "../support/postgres/database";
import { session } from "../support/postgres/session";
import { makeSchema, managed, membersOf, publicationOf } from "../support/publication/publications";
import { useWarnings } from "../support/warnings";

// 16 judges as 15 does, 17 as 18 but for generated columns.
describe.each([14, 15, 18] as const)("On Postgres %i", (version) => {
  const db = useDatabase(version);
  const said = useWarnings();

  if (version >= 15)
    describe("of schemas and of all tables", () => {
      test("the tables of a schema are judged like listed ones, and the refusal names each with its statement", async () => {
        const schema = await makeSchema(db, "good");
        await db.query(
          `create table ${schema}.bad (id int); create table ${schema}.worse (id int); create unlogged table ${schema}.u (id int)`,
        );
        await db.query(`create view ${schema}.v as select 1`);
        const pub = managed(db);
        const wish = { name: fresh(), schemas: [schema] };
        const refused = await pub.up(wish).catch((error: Error) => error.message);
        expect(refused).toContain(`${schema}.bad has no primary key`);
        expect(refused).toContain(`ALTER TABLE "${schema}"."worse" REPLICA IDENTITY FULL`);
        expect(refused).not.toMatch(/good|\.u |\.v /);
        await db.query(
          `alter table ${schema}.bad replica identity full; alter table ${schema}.worse replica identity full`,
        );
        await pub.up(wish);
        await pub.destroy();
      });

      test("an unsafe table that comes later is drift, again and again; an update warns and does not fail", async () => {
        const schema = await makeSchema(db, "good");
        const pub = managed(db);
        const wish = { name: fresh(), schemas: [schema] };
        await pub.up(wish);
        for (const comment of ["one", "two"]) {
          await db.query(`create table ${schema}.bad_${comment} (id int)`);
          expect(await pub.refresh()).toBe(true);
          // The first one is still there at the second refresh.
          expect(pub.drift).toContainEqual(
            expect.stringContaining(`UPDATE or DELETE fails in the application: ${schema}.bad_one has no primary key`),
          );
          said.length = 0;
          expect((await pub.up({ ...wish, comment })).kind).toBe("update");
          expect(said.join()).toContain(`${schema}.bad_${comment} has no primary key`);
        }
        await db.query(
          `alter table ${schema}.bad_one replica identity full; alter table ${schema}.bad_two replica identity full`,
        );
        await pub.refresh();
        expect(pub.drift).toEqual([]);
        await pub.destroy();
      });

      test("what is accepted with allowUnsafeTables is neither drift nor a warning", async () => {
        const schema = await makeSchema(db, "good");
        const pub = managed(db);
        const wish = { name: fresh(), schemas: [schema], allowUnsafeTables: true };
        await pub.up(wish);
        await db.query(`create table ${schema}.bad (id int)`);
        said.length = 0;
        expect(await pub.refresh()).toBe(false);
        await pub.up({ ...wish, comment: "x" });
        expect(said).toEqual([]);
        await pub.destroy();
      });
    });

  test("all tables are judged too, those of the system and temporary ones left out", async () => {
    await db.query("create database whole");
    const whole = {
      ...db,
      config: { "clickpipes:connectionUri": db.uriOf("cloud_admin", "stand-in superuser", "whole") },
    };
    const admin = await session(whole.config["clickpipes:connectionUri"]);
    await admin.query(
      "create table public.bad (id int); create table public.good (id int primary key); create temporary table tmp (id int)",
    );
    const pub = managed(whole);
    const refused = await pub.up({ name: "whole", allTables: true }).catch((error: Error) => error.message);
    expect(refused).toMatch(/: public\.bad has no primary key[^;]*$/);
    await admin.query("drop table public.bad");
    await pub.up({ name: "whole", allTables: true });
    await admin.query("create table public.bad (id int)");
    expect(await pub.refresh()).toBe(true);
    expect(pub.drift).toEqual([expect.stringContaining("public.bad has no primary key")]);
    await pub.destroy();
    await admin.end();
  });

  test("what no publication can hold is named as what it is, and nothing is made", async () => {
    const t = fresh("t");
    await db.query(`create table ${t} (id int primary key, a int)`);
    await db.query(
      `create view ${t}_v as select 1; create materialized view ${t}_m as select 1; create unlogged table ${t}_u (id int); create sequence ${t}_s`,
    );
    await db.query(
      `create foreign data wrapper ${t}_w; create server ${t}_x foreign data wrapper ${t}_w; create foreign table ${t}_f (id int) server ${t}_x`,
    );
    const [temporary] = await db
      .query<{ name: string }>(
        `create temporary table ${t}_t (id int); select nspname as name from pg_namespace where oid = pg_my_temp_schema()`,
      )
      .then(async () =>
        db.query<{ name: string }>("select nspname as name from pg_namespace where oid = pg_my_temp_schema()"),
      );
    const kinds = {
      [`public.${t}_v`]: "a view",
      [`public.${t}_m`]: "a materialized view",
      [`public.${t}_u`]: "an unlogged table",
      [`public.${t}_s`]: "a sequence",
      [`public.${t}_f`]: "a foreign table",
      [`${temporary?.name}.${t}_t`]: "a temporary table",
      "pg_catalog.pg_class": "a system table",
    };
    const pub = managed(db);
    const wish = { name: fresh(), tables: [...Object.keys(kinds), `public.${t}`] };
    const refused = await pub.up(wish).catch((error: Error) => error.message);
    for (const [name, kind] of Object.entries(kinds))
      expect(refused).toContain(`table ${name} is ${kind}, which a publication cannot hold`);
    expect(refused).toContain("Nothing was changed");
    expect(await publicationOf(db, wish.name)).toBeUndefined();
  });

  test("a table or schema that is not there is missing, in a preview only for now", async () => {
    const pub = managed(db);
    said.length = 0;
    const wish = {
      name: fresh(),
      tables: ["public.nowhere", "no_schema.at_all"],
      ...(version >= 15 && { schemas: ["no_such"] }),
    };
    await pub.check(wish);
    expect(said.join()).toContain("not in the database (yet): table no_schema.at_all");
    await expect(pub.up(wish)).rejects.toThrow(
      /not in database "postgres": table no_schema\.at_all.*table public\.nowhere/,
    );
    if (version >= 15) {
      await expect(pub.up(wish)).rejects.toThrow("schema no_such");
      await expect(pub.up({ name: fresh(), schemas: ["pg_catalog"] })).rejects.toThrow(
        "schema pg_catalog is a system schema",
      );
    }
  });

  if (version >= 15)
    test("columns that are not there, and lists that the server would not take, are refused", async () => {
      const t = fresh("t");
      await db.query(`create table ${t} (id int primary key, g int generated always as (id * 2) stored)`);
      await db.query(`create table ${t}_p (id int primary key) partition by range (id)`);
      const pub = managed(db);
      const listed = { schema: "public", name: t };
      const up = (table: object, args = {}) => pub.up({ name: fresh(), tables: [table], ...args });
      await expect(up({ ...listed, columns: ["id", "none", "ctid"] })).rejects.toThrow(
        `public.${t} has no column ctid, none`,
      );
      if (version < 18) await expect(up({ ...listed, columns: ["id", "g"] })).rejects.toThrow("g of table");
      const partitioned = { schema: "public", name: `${t}_p`, where: "id > 0" };
      await expect(up(partitioned, { publishViaPartitionRoot: false })).rejects.toThrow(
        "`publishViaPartitionRoot: true`",
      );
    });

  if (version >= 15)
    test("a filter is one expression, and can add no table behind anybody's back", async () => {
      const t = fresh("t");
      await db.query(`create table ${t} (id int primary key); create table ${t}_2 (id int primary key)`);
      const pub = managed(db);
      const wish = (where: string) => ({ name: fresh(), tables: [{ schema: "public", name: t, where }] });
      await expect(pub.up(wish(`true), only public.${t}_2 where (true`))).rejects.toThrow("is not one expression");
      await expect(pub.up(wish("no_such > 0"))).rejects.toThrow(
        `\`where\` of public.${t}: column "no_such" does not exist (42703). Nothing was changed`,
      );
      await expect(pub.up(wish("random() > 0"))).rejects.toThrow(`\`where\` of public.${t}: `);
      await expect(pub.up(wish(`true); drop table ${t}; --`))).rejects.toThrow("syntax error");
      expect(await db.query("select from pg_class where relname = $1", [t])).toHaveLength(1);
      await pub.up(wish("id > 0 -- and no more"));
      expect(await membersOf(db, pub.outputs.name as string)).toEqual([`public.${t}`]);
    });

  describe("a partition that comes later", () => {
    async function partitioned() {
      const t = fresh("t");
      await db.query(`create table ${t} (id int primary key, a int) partition by range (id)`);
      await db.query(`create table ${t}_1 (id int primary key, a int)`);
      const pub = managed(db);
      const wish = { name: fresh(), tables: [`public.${t}`] };
      await pub.up(wish);
      return { t, pub, wish };
    }

    test("by attachment with a usable identity is no drift", async () => {
      const { t, pub } = await partitioned();
      await db.query(`alter table ${t} attach partition ${t}_1 default`);
      expect(await pub.refresh()).toBe(false);
      await pub.destroy();
    });

    test("by attachment without one is drift, whose up does not fail and warns, until it is mended", async () => {
      const { t, pub, wish } = await partitioned();
      await db.query(`alter table ${t}_1 replica identity nothing`);
      await db.query(`alter table ${t} attach partition ${t}_1 default`);
      expect(await pub.refresh()).toBe(true);
      const fix = `ALTER TABLE "public"."${t}_1" REPLICA IDENTITY DEFAULT`;
      expect(pub.drift).toEqual([
        `UPDATE or DELETE fails in the application: public.${t}_1 has REPLICA IDENTITY NOTHING (${fix})`,
      ]);
      said.length = 0;
      expect((await pub.up(wish)).kind).toBe("update");
      expect(said.join()).toContain(`fail in the application for published tables: public.${t}_1 has REPLICA IDENTITY`);
      expect(await pub.refresh()).toBe(true);
      await db.query(fix);
      await pub.refresh();
      expect(pub.drift).toEqual([]);
      await pub.destroy();
    });
  });

  test("a publication of inserts alone may hold an unsafe table, and is stopped at publishing its updates", async () => {
    const t = fresh("t");
    await db.query(`create table ${t} (id int)`);
    const pub = managed(db);
    const wish = { name: fresh(), tables: [`public.${t}`], publish: ["insert"] };
    await pub.up(wish);
    expect(await pub.refresh()).toBe(false);
    await expect(pub.check({ ...wish, publish: ["insert", "update"] })).rejects.toThrow(
      `public.${t} has no primary key`,
    );
    await pub.destroy();
  });
});
