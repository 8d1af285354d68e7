import { describe, expect, test } from "vitest";
import { fresh } from "../support/freshName";
import { useDatabase } from "../support/postgres/database";
import { makeSchema, makeTables, managed, membersOf, quoted, WITH_KEY } from "../support/publication/publications";
import { useWarnings } from "../support/warnings";

const RESYNC = "Changes made in the meantime never reached ClickHouse.\nResync the pipe for these.";

// 15 added column lists, row filters and schemas. 18 changed generated columns in column lists.
describe.each([14, 15, 18] as const)("A refresh on Postgres %i", (version) => {
  const db = useDatabase(version);
  const said = useWarnings();

  async function published(tables: (object | string)[], args: object = {}) {
    const pub = managed(db);
    const desired = { name: fresh(), tables, ...args };
    await pub.up(desired);
    return { pub, desired, name: desired.name };
  }

  describe("finds no difference", () => {
    test("in partitioned tables, leaves and inheritance children, whatever is added to them", async () => {
      const [parent = "", leaf = "", base = ""] = await makeTables(
        db,
        "(id int primary key) partition by range (id)",
        "(id int primary key)",
        WITH_KEY,
      );
      await db.asAdmin(`create table ${base}_child () inherits (${base})`);
      for (const publishViaPartitionRoot of [true, false]) {
        const { pub, desired, name } = await published([parent, leaf, base], { publishViaPartitionRoot });
        await db.asAdmin(`alter table ${parent} attach partition ${leaf} default`);
        await db.asAdmin(`create table ${base}_late () inherits (${base})`);
        expect(await pub.refresh()).toBe(false);
        expect((await pub.up(desired)).kind).toBe("same");
        expect(await membersOf(db, name)).toEqual([parent, leaf, base].sort());
        await pub.destroy();
        await db.asAdmin(`alter table ${parent} detach partition ${leaf}`);
        await db.asAdmin(`drop table ${base}_late`);
      }
    });

    test("in a table listed twice, as text and as parts, in any order", async () => {
      const [one = "", two = ""] = await makeTables(db, WITH_KEY, WITH_KEY);
      const { pub, desired } = await published([two, { schema: "public", name: one.slice(7) }, one]);
      expect(await pub.refresh()).toBe(false);
      expect((await pub.up({ ...desired, tables: [one, two] })).kind).toBe("same");
      await pub.destroy();
    });

    test("in names with dots, quotes and capitals", async () => {
      const schema = fresh(`S."dot`);
      await db.asAdmin(`create schema ${quoted(schema)}`);
      const names = ["a.b", 'q"uote', "Upper", "a"];
      for (const name of names) await db.asAdmin(`create table ${quoted(schema)}.${quoted(name)} (id int primary key)`);
      const narrowed = version >= 15 ? { where: "id > 0", columns: ["id"] } : {};
      const { pub, desired } = await published(names.map((name) => ({ schema, name, ...narrowed })));
      expect(await pub.refresh()).toBe(false);
      expect((await pub.up({ ...desired, comment: "x" })).kind).toBe("update");
      expect(said.join()).not.toContain("lost");
      await pub.destroy();
    });

    if (version >= 15)
      test("in row filters as the server writes them, even after a column was renamed", async () => {
        const [table = ""] = await makeTables(db, "(id int, day date, note text, primary key (id, day, note))");
        const where = "id in (1,2) and day>='2026-01-01' and note like 'x%'";
        const listed = { schema: "public", name: table.slice(7), where };
        const { pub, desired } = await published([listed]);
        expect(await pub.refresh()).toBe(false);
        await db.asAdmin(`alter table ${table} rename column id to number`);
        expect(await pub.refresh()).toBe(false);
        await pub.up({ ...desired, comment: "other" });
        const renamed = { ...listed, where: where.replace("id", "number") };
        expect((await pub.up({ ...desired, tables: [renamed] })).kind).toBe("update");
        expect(await pub.refresh()).toBe(false);
        expect(said.join()).not.toContain("lost");
        await pub.destroy();
      });

    if (version >= 15)
      test("in a table with all columns listed and a table with none listed, which differ", async () => {
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
      test("that counts as a loss if a listed column was renamed, only its new name", async () => {
        const [table = ""] = await makeTables(db, "(id int primary key, a int, b int)");
        const listed = { schema: "public", name: table.slice(7), columns: ["a", "id"] };
        const { pub, desired } = await published([listed]);
        await db.asAdmin(`alter table ${table} rename column a to c`);
        expect(await pub.refresh()).toBe(true);
        await expect(pub.up(desired)).rejects.toThrow(`table ${table} has no column a`);
        await pub.up({ ...desired, tables: [{ ...listed, columns: ["c", "id"] }], comment: "new" });
        expect(said.join()).not.toContain("lost");
        await pub.destroy();
      });
  });

  describe("reports what happened to a listed table, and the update that fixes it says what to resync", () => {
    async function happens(ddl: (table: string, elsewhere: string, name: string) => string) {
      const [gone = "", stays = ""] = await makeTables(db, WITH_KEY, WITH_KEY);
      const elsewhere = await makeSchema(db);
      const { pub, desired, name } = await published([gone, stays]);
      await db.asAdmin(ddl(gone, elsewhere, name));
      expect(await pub.refresh()).toBe(true);
      return { pub, desired, name, gone, elsewhere, table: gone.slice(7) };
    }

    test("dropped", async () => {
      const { pub, desired, gone } = await happens((table) => `drop table ${table}`);
      expect(pub.drift).toEqual([`table ${gone} was dropped`]);
      await expect(pub.up(desired)).rejects.toThrow(
        `not in database "postgres": table ${gone} (table ${gone} was dropped)`,
      );
    });

    test("dropped and recreated", async () => {
      const { pub, desired, name, gone } = await happens(
        (table) => `drop table ${table}; create table ${table} (id int primary key)`,
      );
      expect(pub.drift).toEqual([`table ${gone} was dropped and recreated, and the new table is not published`]);
      expect((await pub.up(desired)).kind).toBe("update");
      expect(said.join()).toContain(`publication "${name}" had lost table ${gone}.\n${RESYNC}`);
      expect(await membersOf(db, name)).toContain(gone);
      expect(await pub.refresh()).toBe(false);
    });

    test("renamed, with another table created in its place", async () => {
      const { pub, desired, gone } = await happens(
        (table) => `alter table ${table} rename to ${table.slice(7)}_old; create table ${table} (id int primary key)`,
      );
      expect(pub.drift).toEqual([
        `table ${gone} is another table now, which is not published; ` +
          `the former table is now ${gone}_old, which is still published; resync the pipe for ${gone}`,
      ]);
      expect((await pub.up(desired)).kind).toBe("update");
      expect(said.join()).toContain(`had lost table ${gone}.\n${RESYNC}`);
      expect(await pub.refresh()).toBe(false);
    });

    test("moved to another schema", async () => {
      const { pub, desired, gone, elsewhere, table } = await happens(
        (one, schema) => `alter table ${one} set schema ${schema}`,
      );
      const now = `${elsewhere}.${table}`;
      expect(pub.drift).toEqual([
        `table ${gone} was moved to another schema, and is now ${now}, which is still published`,
      ]);
      await expect(pub.up(desired)).rejects.toThrow(`and is now ${now}`);
      // The program follows. Nothing is changed, since the table never stopped being published.
      await pub.up({ ...desired, tables: [now, ...desired.tables.filter((one) => one !== gone)] });
      expect(said.join()).not.toContain("lost");
    });

    test("removed by hand", async () => {
      const { pub, desired, gone } = await happens(
        (table, _schema, publication) => `alter publication ${publication} drop table ${table}`,
      );
      expect(pub.drift).toEqual([`table ${gone} was removed from the publication`]);
      await pub.up(desired);
      expect(said.join()).toContain(`had lost table ${gone}.\n${RESYNC}`);
    });
  });
});
