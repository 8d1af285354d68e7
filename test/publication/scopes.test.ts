import { describe, expect, test } from "vitest";
import { fresh } from "../support/freshName";
import type { Managed } from "../support/managed";
import { EVERY_PLACE, useDatabase } from "../support/postgres/database";
import {
  makeSchema,
  makeTables,
  managed,
  membersOf,
  publicationOf,
  quoted,
  WITH_KEY,
} from "../support/publication/publications";
import { useWarnings } from "../support/warnings";

/** Creates it. The next up, the refresh and the up after that find no difference. */
async function creates(pub: Managed, args: Record<string, unknown>): Promise<Record<string, unknown>> {
  const { kind, outputs } = await pub.up(args);
  expect(kind).toBe("create");
  expect((await pub.up(args)).kind).toBe("same");
  expect(await pub.refresh()).toBe(false);
  expect((await pub.up(args)).kind).toBe("same");
  return outputs;
}

describe.each(EVERY_PLACE)("Publication on Postgres $version as $admin", ({ version, admin }) => {
  const db = useDatabase(version, admin);
  useWarnings();

  test("publishes listed tables, by default with all operations and via the root, and is dropped", async () => {
    const tables = await makeTables(db, WITH_KEY, WITH_KEY);
    const [name, pub] = [fresh(), managed(db)];
    const outputs = await creates(pub, { name, tables: [...tables].reverse() });
    const row = await publicationOf(db, name);
    expect(row).toMatchObject({ all: false, publish: "insert,update,delete,truncate", viaRoot: true, owner: db.user });
    expect(await membersOf(db, name)).toEqual(tables);
    expect(outputs).toMatchObject({
      oid: row?.oid,
      publishedTables: tables.map((table) => ({ schema: "public", name: table.slice(7) })),
    });
    await pub.destroy();
    expect(await publicationOf(db, name)).toBeUndefined();
  });

  test("publishes no table yet with an empty list", async () => {
    const [name, pub] = [fresh(), managed(db)];
    await creates(pub, { name, tables: [] });
    expect(await membersOf(db, name)).toEqual([]);
    await pub.destroy();
  });

  test("publishes all tables", async () => {
    await makeTables(db, WITH_KEY);
    const [name, pub] = [fresh(), managed(db)];
    await creates(pub, { name, allTables: true, allowUnsafeTables: true });
    expect(await publicationOf(db, name)).toMatchObject({ all: true });
    await pub.destroy();
  });

  test("takes operations, publishViaPartitionRoot: false and a comment", async () => {
    const tables = await makeTables(db, WITH_KEY);
    const [name, pub] = [fresh(), managed(db)];
    const comment = "it's\nours \\ alone";
    await creates(pub, { name, tables, publish: ["delete", "insert"], publishViaPartitionRoot: false, comment });
    const row = await publicationOf(db, name);
    expect(row).toMatchObject({ publish: "insert,delete", viaRoot: false });
    expect(row?.comment?.startsWith(`${comment}\npulumi-neon-clickpipes: {`)).toBe(true);
    await pub.destroy();
  });

  test("takes another owner", async () => {
    const tables = await makeTables(db, WITH_KEY);
    const [name, pub, owner] = [fresh(), managed(db), fresh("owner")];
    await db.query(`create role ${owner}`);
    await db.query(`grant create on database ${quoted(db.database)} to ${owner}`);
    if (admin === "neon") await db.query(`grant ${owner} to ${quoted(db.user)}`);
    await creates(pub, { name, tables, owner, comment: "theirs" });
    expect(await publicationOf(db, name)).toMatchObject({ owner });
    await pub.destroy();
    expect(await publicationOf(db, name)).toBeUndefined();
  });

  test("takes awkward names of every kind as data", async () => {
    const schema = `Sch"e.ma'; drop --${fresh()}`;
    const names = [
      `T"a.b`,
      "'; drop schema public; --",
      "ünïcödé ｆ",
      "😀",
      "\\n\t",
      "select",
      "$1 %s {x}",
      "UPPER",
      "x".repeat(63),
    ];
    await db.asAdmin(`create schema ${quoted(schema)}`);
    for (const name of names)
      await db.asAdmin(`create table ${quoted(schema)}.${quoted(name)} (id int primary key, ${quoted(name)} int)`);
    const tables = names.map((name, index) => ({
      schema,
      name,
      ...(version >= 15 && index % 2 === 0 && { columns: ["id", name] }),
    }));
    const [name, pub] = [`${fresh()}-it's;x--$$ü.1`, managed(db)];
    const outputs = await creates(pub, { name, tables, comment: "'; drop table x; --" });
    expect((await membersOf(db, name)).sort()).toEqual(names.map((one) => `${schema}.${one}`).sort());
    expect(outputs.publishedTables).toHaveLength(names.length);
    const fewer = { name, tables: tables.slice(2), comment: "" };
    expect((await pub.up(fewer)).kind).toBe("update");
    expect(await pub.refresh()).toBe(false);
    await pub.destroy();
    expect(await publicationOf(db, name)).toBeUndefined();
  });

  if (version >= 15)
    describe("from 15 on", () => {
      test("publishes schemas", async () => {
        const [one, two] = [await makeSchema(db, "t1", "t2"), await makeSchema(db, "t3")];
        const [name, pub] = [fresh(), managed(db)];
        const outputs = await creates(pub, { name, schemas: [two, one, two] });
        expect(outputs.publishedTables).toEqual([
          { schema: one, name: "t1" },
          { schema: one, name: "t2" },
          { schema: two, name: "t3" },
        ]);
        await pub.destroy();
      });

      test("publishes schemas and tables, with one table in both", async () => {
        const schema = await makeSchema(db, "t1", "t2");
        const tables = await makeTables(db, WITH_KEY);
        const [name, pub] = [fresh(), managed(db)];
        const outputs = await creates(pub, { name, schemas: [schema], tables: [...tables, `${schema}.t1`] });
        expect(outputs.publishedTables).toHaveLength(3);
        await pub.destroy();
      });

      test("takes columns, and outputs the excluded ones", async () => {
        const [table = ""] = await makeTables(db, "(id int primary key, a int, b text, c text)");
        const [name, pub] = [fresh(), managed(db)];
        const listed = { schema: "public", name: table.slice(7), columns: ["b", "id"] };
        const outputs = await creates(pub, { name, tables: [listed] });
        expect(outputs.excludedColumns).toEqual([{ schema: "public", name: table.slice(7), columns: ["a", "c"] }]);
        await pub.destroy();
      });

      test("takes row filters, which the server rewrites without causing a diff", async () => {
        const [table = "", partitioned = ""] = await makeTables(
          db,
          "(id int primary key, a int)",
          "(id int primary key) partition by range (id)",
        );
        await db.asAdmin(`create table ${partitioned}_1 partition of ${partitioned} default`);
        const [name, pub] = [fresh(), managed(db)];
        const tables = [
          { schema: "public", name: table.slice(7), where: "id>0 and id<>5 -- all but one" },
          { schema: "public", name: partitioned.slice(7), where: "id BETWEEN 1 AND 9", columns: ["id"] },
        ];
        await creates(pub, { name, tables });
        await pub.destroy();
      });
    });

  if (version >= 18)
    test("takes stored generated columns", async () => {
      const tables = await makeTables(db, "(id int primary key, a int generated always as (id * 2) stored)");
      const [name, pub] = [fresh(), managed(db)];
      await creates(pub, { name, tables, publishGeneratedColumns: "stored" });
      const [row] = await db.query("select pubgencols from pg_publication where pubname = $1", [name]);
      expect(row).toEqual({ pubgencols: "s" });
      await pub.destroy();
    });

  test("takes publishGeneratedColumns none on every version", async () => {
    const tables = await makeTables(db, WITH_KEY);
    const [name, pub] = [fresh(), managed(db)];
    await creates(pub, { name, tables, publishGeneratedColumns: "none" });
    await pub.destroy();
  });

  test("refuses what this version of Postgres cannot do", async () => {
    const [table = ""] = await makeTables(db, WITH_KEY);
    const parts = { schema: "public", name: table.slice(7) };
    const refused = async (args: object, words: string) => {
      const pub = managed(db);
      await expect(pub.up({ name: fresh(), ...args })).rejects.toThrow(words);
      expect(pub.state).toBeUndefined();
    };
    if (version < 15) {
      const late = `requires Postgres 15 or later.\nThis server runs Postgres ${version}.`;
      await refused({ schemas: ["public"] }, late);
      await refused({ tables: [{ ...parts, columns: ["id"] }] }, late);
      await refused({ tables: [{ ...parts, where: "id > 0" }] }, late);
    }
    if (version < 18)
      await refused(
        { tables: [table], publishGeneratedColumns: "stored" },
        `requires Postgres 18 or later.\nThis server runs Postgres ${version}.`,
      );
  });
});
