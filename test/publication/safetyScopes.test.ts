import { describe, expect, test } from "vitest";
import { fresh } from "../support/freshName";
import { useDatabase } from "../support/postgres/database";
import { session } from "../support/postgres/session";
import { makeSchema, managed, membersOf, publicationOf } from "../support/publication/publications";
import { useWarnings } from "../support/warnings";

// 16 behaves like 15, and 17 like 18 except for generated columns.
describe.each([14, 15, 18] as const)("On Postgres %i", (version) => {
  const db = useDatabase(version);
  const said = useWarnings();

  if (version >= 15)
    describe("with schemas", () => {
      test("the tables of a schema are checked like listed ones, and the refusal gives the statement for each", async () => {
        const schema = await makeSchema(db, "good");
        await db.query(
          `create table ${schema}.bad (id int); create table ${schema}.worse (id int); create unlogged table ${schema}.u (id int)`,
        );
        await db.query(`create view ${schema}.v as select 1`);
        const pub = managed(db);
        const desired = { name: fresh(), schemas: [schema] };
        const refused = await pub.up(desired).catch((error: Error) => error.message);
        expect(refused).toContain(`${schema}.bad has no primary key`);
        expect(refused).toContain(`ALTER TABLE "${schema}"."worse" REPLICA IDENTITY FULL`);
        expect(refused).not.toMatch(/good|\.u |\.v /);
        await db.query(
          `alter table ${schema}.bad replica identity full; alter table ${schema}.worse replica identity full`,
        );
        await pub.up(desired);
        await pub.destroy();
      });

      test("an unsafe table that is created later is drift at every refresh, and an update warns about it and succeeds", async () => {
        const schema = await makeSchema(db, "good");
        const pub = managed(db);
        const desired = { name: fresh(), schemas: [schema] };
        await pub.up(desired);
        for (const comment of ["one", "two"]) {
          await db.query(`create table ${schema}.bad_${comment} (id int)`);
          expect(await pub.refresh()).toBe(true);
          // The first one is still there at the second refresh.
          expect(pub.drift).toContainEqual(
            expect.stringContaining(`UPDATE or DELETE fails in the application: ${schema}.bad_one has no primary key`),
          );
          said.length = 0;
          expect((await pub.up({ ...desired, comment })).kind).toBe("update");
          expect(said.join()).toContain(`${schema}.bad_${comment} has no primary key`);
        }
        await db.query(
          `alter table ${schema}.bad_one replica identity full; alter table ${schema}.bad_two replica identity full`,
        );
        await pub.refresh();
        expect(pub.drift).toEqual([]);
        await pub.destroy();
      });

      test("a table accepted with allowUnsafeTables causes neither drift nor a warning", async () => {
        const schema = await makeSchema(db, "good");
        const pub = managed(db);
        const desired = { name: fresh(), schemas: [schema], allowUnsafeTables: true };
        await pub.up(desired);
        await db.query(`create table ${schema}.bad (id int)`);
        said.length = 0;
        expect(await pub.refresh()).toBe(false);
        await pub.up({ ...desired, comment: "x" });
        expect(said).toEqual([]);
        await pub.destroy();
      });
    });

  test("all tables are checked, except system and temporary tables", async () => {
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
    expect(refused).toMatch(/fail\.\npublic\.bad has no primary key[^\n]*\nFix the tables/);
    await admin.query("drop table public.bad");
    await pub.up({ name: "whole", allTables: true });
    await admin.query("create table public.bad (id int)");
    expect(await pub.refresh()).toBe(true);
    expect(pub.drift).toEqual([expect.stringContaining("public.bad has no primary key")]);
    await pub.destroy();
    await admin.end();
  });

  test("a relation that no publication can hold is refused with its kind, and no publication is created", async () => {
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
    const desired = { name: fresh(), tables: [...Object.keys(kinds), `public.${t}`] };
    const refused = await pub.up(desired).catch((error: Error) => error.message);
    for (const [name, kind] of Object.entries(kinds))
      expect(refused).toContain(`table ${name} is ${kind}, which a publication cannot hold`);
    expect(refused).toContain("Nothing was changed.");
    expect(await publicationOf(db, desired.name)).toBeUndefined();
  });

  test("a missing table or schema is a warning in the preview and an error in up", async () => {
    const pub = managed(db);
    said.length = 0;
    const desired = {
      name: fresh(),
      tables: ["public.nowhere", "no_schema.at_all"],
      ...(version >= 15 && { schemas: ["no_such"] }),
    };
    await pub.check(desired);
    expect(said.join()).toContain("not in the database (yet): table no_schema.at_all");
    await expect(pub.up(desired)).rejects.toThrow(
      /not in database "postgres": table no_schema\.at_all.*table public\.nowhere/,
    );
    if (version >= 15) {
      await expect(pub.up(desired)).rejects.toThrow("schema no_such");
      await expect(pub.up({ name: fresh(), schemas: ["pg_catalog"] })).rejects.toThrow(
        "schema pg_catalog is a system schema",
      );
    }
  });

  if (version >= 15)
    test("missing columns, and column lists that the server does not allow, are refused", async () => {
      const t = fresh("t");
      await db.query(`create table ${t} (id int primary key, g int generated always as (id * 2) stored)`);
      await db.query(`create table ${t}_p (id int primary key) partition by range (id)`);
      const pub = managed(db);
      const listed = { schema: "public", name: t };
      const up = (table: object, args = {}) => pub.up({ name: fresh(), tables: [table], ...args });
      await expect(up({ ...listed, columns: ["id", "none", "ctid"] })).rejects.toThrow(
        `public.${t} has no column ctid, none.\nCorrect \`columns\`.`,
      );
      if (version < 18)
        await expect(up({ ...listed, columns: ["id", "g"] })).rejects.toThrow(
          `table public.${t} has generated columns in its column list, which this server does not allow: g.`,
        );
      const partitioned = { schema: "public", name: `${t}_p`, where: "id > 0" };
      await expect(up(partitioned, { publishViaPartitionRoot: false })).rejects.toThrow(
        "`publishViaPartitionRoot: true`",
      );
    });

  if (version >= 15)
    test("a row filter is a single expression, and cannot add tables", async () => {
      const t = fresh("t");
      await db.query(`create table ${t} (id int primary key); create table ${t}_2 (id int primary key)`);
      const pub = managed(db);
      const desired = (where: string) => ({ name: fresh(), tables: [{ schema: "public", name: t, where }] });
      await expect(pub.up(desired(`true), only public.${t}_2 where (true`))).rejects.toThrow(
        `\`where\` of public.${t} is not a single expression.`,
      );
      await expect(pub.up(desired("no_such > 0"))).rejects.toThrow(
        `Postgres rejected \`where\` of public.${t}.\ncolumn "no_such" does not exist (42703).\nNothing was changed.`,
      );
      await expect(pub.up(desired("random() > 0"))).rejects.toThrow(`\`where\` of public.${t}.\n`);
      await expect(pub.up(desired(`true); drop table ${t}; --`))).rejects.toThrow("syntax error");
      expect(await db.query("select from pg_class where relname = $1", [t])).toHaveLength(1);
      await pub.up(desired("id > 0 -- and no more"));
      expect(await membersOf(db, pub.outputs.name as string)).toEqual([`public.${t}`]);
    });

  describe("a partition that is added later", () => {
    async function partitioned() {
      const t = fresh("t");
      await db.query(`create table ${t} (id int primary key, a int) partition by range (id)`);
      await db.query(`create table ${t}_1 (id int primary key, a int)`);
      const pub = managed(db);
      const desired = { name: fresh(), tables: [`public.${t}`] };
      await pub.up(desired);
      return { t, pub, desired };
    }

    test("is no drift if it has a usable identity", async () => {
      const { t, pub } = await partitioned();
      await db.query(`alter table ${t} attach partition ${t}_1 default`);
      expect(await pub.refresh()).toBe(false);
      await pub.destroy();
    });

    test("is drift without a usable identity until that is fixed, and up warns about it and succeeds", async () => {
      const { t, pub, desired } = await partitioned();
      await db.query(`alter table ${t}_1 replica identity nothing`);
      await db.query(`alter table ${t} attach partition ${t}_1 default`);
      expect(await pub.refresh()).toBe(true);
      const fix = `ALTER TABLE "public"."${t}_1" REPLICA IDENTITY DEFAULT`;
      expect(pub.drift).toEqual([
        `UPDATE or DELETE fails in the application: public.${t}_1 has REPLICA IDENTITY NOTHING (${fix})`,
      ]);
      said.length = 0;
      expect((await pub.up(desired)).kind).toBe("update");
      expect(said.join()).toContain(
        `fails in the application for these published tables.\npublic.${t}_1 has REPLICA IDENTITY`,
      );
      expect(await pub.refresh()).toBe(true);
      await db.query(fix);
      await pub.refresh();
      expect(pub.drift).toEqual([]);
      await pub.destroy();
    });
  });

  test("a publication of inserts may hold an unsafe table, until it should publish updates too", async () => {
    const t = fresh("t");
    await db.query(`create table ${t} (id int)`);
    const pub = managed(db);
    const desired = { name: fresh(), tables: [`public.${t}`], publish: ["insert"] };
    await pub.up(desired);
    expect(await pub.refresh()).toBe(false);
    await expect(pub.check({ ...desired, publish: ["insert", "update"] })).rejects.toThrow(
      `public.${t} has no primary key`,
    );
    await pub.destroy();
  });
});
