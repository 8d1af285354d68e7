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

/** Made, the same again, nothing at refresh, and the same after that. */
async function makes(pub: Managed, args: Record<string, unknown>): Promise<Record<string, unknown>> {
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

  test("of listed tables, with all operations and via the root unless told otherwise, and drops it", async () => {
    const tables = await makeTables(db, WITH_KEY, WITH_KEY);
    const [name, pub] = [fresh(), managed(db)];
    const outputs = await makes(pub, { name, tables: [...tables].reverse() });
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

  test("of no table yet: an empty list is a list", async () => {
    const [name, pub] = [fresh(), managed(db)];
    await makes(pub, { name, tables: [] });
    expect(await membersOf(db, name)).toEqual([]);
    await pub.destroy();
  });

  test("of all tables", async () => {
    await makeTables(db, WITH_KEY);
    const [name, pub] = [fresh(), managed(db)];
    await makes(pub, { name, allTables: true, allowUnsafeTables: true });
    expect(await publicationOf(db, name)).toMatchObject({ all: true });
    await pub.destroy();
  });

  test("with its own operations, without the root, with a comment", async () => {
    const tables = await makeTables(db, WITH_KEY);
    const [name, pub] = [fresh(), managed(db)];
    const comment = "it's\nours \\ alone";
    await makes(pub, { name, tables, publish: ["delete", "insert"], publishViaPartitionRoot: false, comment });
    const row = await publicationOf(db, name);
    expect(row).toMatchObject({ publish: "insert,delete", viaRoot: false });
    expect(row?.comment?.startsWith(`${comment}\npulumi-neon-clickpipes: {`)).toBe(true);
    await pub.destroy();
  });

  test("given to another owner", async () => {
    const tables = await makeTables(db, WITH_KEY);
    const [name, pub, owner] = [fresh(), managed(db), fresh("owner")];
    await db.query(`create role ${owner}`);
    await db.query(`grant create on database ${quoted(db.database)} to ${owner}`);
    if (admin === "neon") await db.query(`grant ${owner} to ${quoted(db.user)}`);
    await makes(pub, { name, tables, owner, comment: "theirs" });
    expect(await publicationOf(db, name)).toMatchObject({ owner });
    await pub.destroy();
    expect(await publicationOf(db, name)).toBeUndefined();
  });

  test("with names of every awkward kind, which stay data", async () => {
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
    const outputs = await makes(pub, { name, tables, comment: "'; drop table x; --" });
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
      test("of schemas", async () => {
        const [one, two] = [await makeSchema(db, "t1", "t2"), await makeSchema(db, "t3")];
        const [name, pub] = [fresh(), managed(db)];
        const outputs = await makes(pub, { name, schemas: [two, one, two] });
        expect(outputs.publishedTables).toEqual([
          { schema: one, name: "t1" },
          { schema: one, name: "t2" },
          { schema: two, name: "t3" },
        ]);
        await pub.destroy();
      });

      test("of schemas and tables mixed, one of them in both", async () => {
        const schema = await makeSchema(db, "t1", "t2");
        const tables = await makeTables(db, WITH_KEY);
        const [name, pub] = [fresh(), managed(db)];
        const outputs = await makes(pub, { name, schemas: [schema], tables: [...tables, `${schema}.t1`] });
        expect(outputs.publishedTables).toHaveLength(3);
        await pub.destroy();
      });

      test("with columns, and tells which are left out", async () => {
        const [table = ""] = await makeTables(db, "(id int primary key, a int, b text, c text)");
        const [name, pub] = [fresh(), managed(db)];
        const listed = { schema: "public", name: table.slice(7), columns: ["b", "id"] };
        const outputs = await makes(pub, { name, tables: [listed] });
        expect(outputs.excludedColumns).toEqual([{ schema: "public", name: table.slice(7), columns: ["a", "c"] }]);
        await pub.destroy();
      });

      test("with row filters, which the server rewrites without a diff", async () => {
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
        await makes(pub, { name, tables });
        await pub.destroy();
      });
    });

  if (version >= 18)
    test("with stored generated columns", async () => {
      const tables = await makeTables(db, "(id int primary key, a int generated always as (id * 2) stored)");
      const [name, pub] = [fresh(), managed(db)];
      await makes(pub, { name, tables, publishGeneratedColumns: "stored" });
      const [row] = await db.query("select pubgencols from pg_publication where pubname = $1", [name]);
      expect(row).toEqual({ pubgencols: "s" });
      await pub.destroy();
    });

  test("with publishGeneratedColumns none, which every version knows how to do", async () => {
    const tables = await makeTables(db, WITH_KEY);
    const [name, pub] = [fresh(), managed(db)];
    await makes(pub, { name, tables, publishGeneratedColumns: "none" });
    await pub.destroy();
  });

  test("what this version cannot do is refused in words", async () => {
    const [table = ""] = await makeTables(db, WITH_KEY);
    const parts = { schema: "public", name: table.slice(7) };
    const refused = async (args: object, words: string) => {
      const pub = managed(db);
      await expect(pub.up({ name: fresh(), ...args })).rejects.toThrow(words);
      expect(pub.state).toBeUndefined();
    };
    if (version < 15) {
      const late = `takes Postgres 15 or later; this is ${version}`;
      await refused({ schemas: ["public"] }, late);
      await refused({ tables: [{ ...parts, columns: ["id"] }] }, late);
      await refused({ tables: [{ ...parts, where: "id > 0" }] }, late);
    }
    if (version < 18)
      await refused({ tables: [table], publishGeneratedColumns: "stored" }, "takes Postgres 18 or later");
  });
});
