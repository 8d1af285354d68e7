import { describe, expect, test } from "vitest";
import { fresh } from "../support/freshName";
import { useDatabase } from "../support/postgres/database";
import { makeSchema, makeTables, managed, membersOf, quoted, WITH_KEY } from "../support/publication/publications";
import { useWarnings } from "../support/warnings";

const RESYNC = "Changes made meanwhile never reached ClickHouse: resync the pipe";

// 15 brought lists, filters and schemas, 18 took generated columns out of lists.
describe.each([14, 15, 18] as const)("A refresh on Postgres %i", (version) => {
  const db = useDatabase(version);
  const said = useWarnings();

  async function published(tables: (object | string)[], args: object = {}) {
    const pub = managed(db);
    const wish = { name: fresh(), tables, ...args };
    await pub.up(wish);
    return { pub, wish, name: wish.name };
  }

  describe("finds no difference", () => {
    test("in partitioned tables, leaves and inheritance children, whatever comes to them", async () => {
      const [parent = "", leaf = "", base = ""] = await makeTables(
        db,
        "(id int primary key) partition by range (id)",
        "(id int primary key)",
        WITH_KEY,
      );
      await db.asAdmin(`create table ${base}_child () inherits (${base})`);
      for (const publishViaPartitionRoot of [true, false]) {
        const { pub, wish, name } = await published([parent, leaf, base], { publishViaPartitionRoot });
        await db.asAdmin(`alter table ${parent} attach partition ${leaf} default`);
        await db.asAdmin(`create table ${base}_late () inherits (${base})`);
        expect(await pub.refresh()).toBe(false);
        expect((await pub.up(wish)).kind).toBe("same");
        expect(await membersOf(db, name)).toEqual([parent, leaf, base].sort());
        await pub.destroy();
        await db.asAdmin(`alter table ${parent} detach partition ${leaf}`);
        await db.asAdmin(`drop table ${base}_late`);
      }
    });

    test("in a table listed twice, as text and in its parts, in any order", async () => {
      const [one = "", two = ""] = await makeTables(db, WITH_KEY, WITH_KEY);
      const { pub, wish } = await published([two, { schema: "public", name: one.slice(7) }, one]);
      expect(await pub.refresh()).toBe(false);
      expect((await pub.up({ ...wish, tables: [one, two] })).kind).toBe("same");
      await pub.destroy();
    });

    test("in names with dots, quotes and capitals", async () => {
      const schema = fresh(`S."dot`);
      await db.asAdmin(`create schema ${quoted(schema)}`);
      const names = ["a.b", 'q"uote', "Upper", "a"];
      for (const name of names) await db.asAdmin(`create table ${quoted(schema)}.${quoted(name)} (id int primary key)`);
      const narrowed = version >= 15 ? { where: "id > 0", columns: ["id"] } : {};
      const { pub, wish } = await published(names.map((name) => ({ schema, name, ...narrowed })));
      expect(await pub.refresh()).toBe(false);
      expect((await pub.up({ ...wish, comment: "x" })).kind).toBe("update");
      expect(said.join()).not.toContain("lost");
      await pub.destroy();
    });

    if (version >= 15)
      test("in filters as the server writes them, also after a column was renamed", async () => {
        const [table = ""] = await makeTables(db, "(id int, day date, note text, primary key (id, day, note))");
        const where = "id in (1,2) and day>='2026-01-01' and note like 'x%'";
        const listed = { schema: "public", name: table.slice(7), where };
        const { pub, wish } = await published([listed]);
        expect(await pub.refresh()).toBe(false);
        await db.asAdmin(`alter table ${table} rename column id to number`);
        expect(await pub.refresh()).toBe(false);
        await pub.up({ ...wish, comment: "other" });
        const renamed = { ...listed, where: where.replace("id", "number") };
        expect((await pub.up({ ...wish, tables: [renamed] })).kind).toBe("update");
        expect(await pub.refresh()).toBe(false);
        expect(said.join()).not.toContain("lost");
        await pub.destroy();
      });

    if (version >= 15)
      test("between all columns listed and none listed, which are not the same", async () => {
        const [all = "", none = ""] = await makeTables(
          db,
          "(id int primary key, a int)",
          "(id int primary key, a int)",
        );
        const { pub } = await published([{ schema: "public", name: all.slice(7), columns: ["a", "id"] }, none]);
        await db.asAdmin(`alter table ${all} add b int`);
        await db.asAdmin(`alter table ${none} add b int`);
        expect(await pub.refresh()).toBe(false);
        expect(pub.outputs.excludedColumns).toEqual([{ schema: "public", name: all.slice(7), columns: ["b"] }]);
        await pub.destroy();
      });

    if (version >= 15)
      test("that is a loss in a list whose column was renamed, but its new name", async () => {
        const [table = ""] = await makeTables(db, "(id int primary key, a int, b int)");
        const listed = { schema: "public", name: table.slice(7), columns: ["a", "id"] };
        const { pub, wish } = await published([listed]);
        await db.asAdmin(`alter table ${table} rename column a to c`);
        expect(await pub.refresh()).toBe(true);
        await expect(pub.up(wish)).rejects.toThrow(`table ${table} has no column a`);
        await pub.up({ ...wish, tables: [{ ...listed, columns: ["c", "id"] }], comment: "new" });
        expect(said.join()).not.toContain("lost");
        await pub.destroy();
      });
  });

  describe("says what became of a listed table, and an update that mends it says what to resync", () => {
    async function happens(ddl: (table: string, elsewhere: string, name: string) => string) {
      const [gone = "", stays = ""] = await makeTables(db, WITH_KEY, WITH_KEY);
      const elsewhere = await makeSchema(db);
      const { pub, wish, name } = await published([gone, stays]);
      await db.asAdmin(ddl(gone, elsewhere, name));
      expect(await pub.refresh()).toBe(true);
      return { pub, wish, name, gone, elsewhere, table: gone.slice(7) };
    }

    test("dropped", async () => {
      const { pub, wish, gone } = await happens((table) => `drop table ${table}`);
      expect(pub.drift).toEqual([`table ${gone} was dropped`]);
      await expect(pub.up(wish)).rejects.toThrow(
        `not in database "postgres": table ${gone} (table ${gone} was dropped)`,
      );
    });

    test("dropped and made again", async () => {
      const { pub, wish, name, gone } = await happens(
        (table) => `drop table ${table}; create table ${table} (id int primary key)`,
      );
      expect(pub.drift).toEqual([`table ${gone} was dropped and made again, and the new one is not published`]);
      expect((await pub.up(wish)).kind).toBe("update");
      expect(said.join()).toContain(`publication "${name}" had lost table ${gone}. ${RESYNC} for these`);
      expect(await membersOf(db, name)).toContain(gone);
      expect(await pub.refresh()).toBe(false);
    });

    test("renamed, and another made in its place", async () => {
      const { pub, wish, gone } = await happens(
        (table) => `alter table ${table} rename to ${table.slice(7)}_old; create table ${table} (id int primary key)`,
      );
      expect(pub.drift).toEqual([`table ${gone} was renamed: it is ${gone}_old now, and published as such`]);
      expect((await pub.up(wish)).kind).toBe("update");
      expect(await pub.refresh()).toBe(false);
    });

    test("moved to another schema", async () => {
      const { pub, wish, gone, elsewhere, table } = await happens(
        (one, schema) => `alter table ${one} set schema ${schema}`,
      );
      const now = `${elsewhere}.${table}`;
      expect(pub.drift).toEqual([`table ${gone} was moved to another schema: it is ${now} now, and published as such`]);
      await expect(pub.up(wish)).rejects.toThrow(`it is ${now} now`);
      // The program follows: nothing is changed, since it never stopped being published.
      await pub.up({ ...wish, tables: [now, ...wish.tables.filter((one) => one !== gone)] });
      expect(said.join()).not.toContain("lost");
    });

    test("taken out by hand", async () => {
      const { pub, wish, gone } = await happens(
        (table, _schema, publication) => `alter publication ${publication} drop table ${table}`,
      );
      expect(pub.drift).toEqual([`table ${gone} was taken out of the publication`]);
      await pub.up(wish);
      expect(said.join()).toContain(`had lost table ${gone}. ${RESYNC}`);
    });
  });
});
