import { afterEach, describe, expect, test, vi } from "vitest";
import { fresh } from "../support/freshName";
import { useDatabase } from "../support/postgres/database";
import { session } from "../support/postgres/session";
import { makeSchema, makeTables, managed, membersOf, WITH_KEY } from "../support/publication/publications";
import { useWarnings } from "../support/warnings";

describe.each([14, 18] as const)("On Postgres %i", (version) => {
  const db = useDatabase(version);
  const said = useWarnings();
  const text = () => said.join("\n");

  describe("preview and update say, once, where the changes arrive of tables that inherit", () => {
    async function family() {
      const schema = await makeSchema(db, "city");
      await db.asAdmin(`create table ${schema}.capital (primary key (id)) inherits (${schema}.city)`);
      await db.asAdmin(`create table ${schema}.metropolis (primary key (id)) inherits (${schema}.capital)`);
      return { schema, city: `${schema}.city`, capital: `${schema}.capital`, metropolis: `${schema}.metropolis` };
    }

    test("from a child that is not listed: nowhere, and what to list", async () => {
      const { city, capital, metropolis } = await family();
      const args = { name: fresh(), tables: [city] };
      const pub = managed(db);
      await pub.check(args);
      const preview = text();
      expect(preview).toContain(`Changes of ${capital} never reach ClickHouse.`);
      expect(preview).toContain(`add them to \`tables\`, and do not map them in the pipe.`);
      expect(preview).toContain(
        `Changes of ${metropolis}, two or more levels below, never arrive in the table of ${city}.`,
      );
      await pub.up(args);
      expect(text()).toBe(preview);
      expect(await membersOf(db, args.name)).toEqual([city]);
    });

    test("from a child that is listed: in the table of its parent", async () => {
      const { city, capital } = await family();
      const pub = managed(db);
      await pub.up({ name: fresh(), tables: [city, capital] });
      expect(text()).toContain(`Changes of ${capital} arrive in the table of ${city}.`);
      expect(text()).not.toContain(`Changes of ${capital} never`);
    });

    test("nothing if only the child is published, or if there is none", async () => {
      const { metropolis } = await family();
      const tables = await makeTables(db, WITH_KEY);
      await managed(db).up({ name: fresh(), tables: [...tables, metropolis] });
      expect(said).toEqual([]);
    });

    if (version >= 15)
      test("of a whole schema with its children", async () => {
        const { schema, city, capital } = await family();
        await managed(db).up({ name: fresh(), schemas: [schema] });
        expect(text()).toContain(`Changes of ${capital} arrive in the table of ${city}.`);
      });
  });

  describe("without publishViaPartitionRoot", () => {
    async function partitioned(levels: 1 | 2) {
      const schema = await makeSchema(db);
      await db.asAdmin(`create table ${schema}.ev (id int primary key) partition by range (id)`);
      const [by, leaf] =
        levels === 2
          ? [" partition by range (id)", `; create table ${schema}.leaf partition of ${schema}.part default`]
          : ["", ""];
      await db.asAdmin(`create table ${schema}.part partition of ${schema}.ev default${by}${leaf}`);
      return schema;
    }
    const DEEP = "Without publish_via_partition_root";

    test.each([
      { levels: 1 as const, publishViaPartitionRoot: false, warns: false },
      { levels: 2 as const, publishViaPartitionRoot: false, warns: true },
      { levels: 2 as const, publishViaPartitionRoot: true, warns: false },
    ])("$levels levels of partitions, the parameter $publishViaPartitionRoot: warned $warns", async (one) => {
      const schema = await partitioned(one.levels);
      const { publishViaPartitionRoot } = one;
      await managed(db).up({ name: fresh(), tables: [`${schema}.ev`], publishViaPartitionRoot });
      expect(text().includes(DEEP)).toBe(one.warns);
      said.length = 0;
      await managed(db).up({ name: fresh(), allTables: true, allowUnsafeTables: true, publishViaPartitionRoot });
      // Other tests of this database left their own.
      expect(new RegExp(`changes of .*${schema}\\.ev.* never reach`).test(text())).toBe(one.warns);
      await db.asAdmin(`drop schema ${schema} cascade`);
    });
  });

  if (version >= 15)
    test("a table of an extension in a published schema is no table of the application, and its writes are not forgotten", async () => {
      const schema = await makeSchema(db, "t");
      await db.query(
        `create table ${schema}.of_extension (id int); alter extension plpgsql add table ${schema}.of_extension`,
      );
      const pub = managed(db);
      const args = { name: fresh(), schemas: [schema] };
      await pub.up(args);
      expect(pub.outputs.publishedTables).toEqual([{ schema, name: "t" }]);
      expect(text()).toContain(
        "UPDATE or DELETE fails for these published tables, which belong to extensions or to Neon.",
      );
      expect(text()).toContain(`${schema}.of_extension has no primary key`);
      expect(await pub.refresh()).toBe(false);
      await pub.destroy();
      await expect(managed(db).up({ name: fresh(), tables: [`${schema}.of_extension`] })).rejects.toThrow(
        "no primary key",
      );
      await db.query(`alter extension plpgsql drop table ${schema}.of_extension`);
    });

  describe("what the program lists and the database does not have is named", () => {
    let migration: Awaited<ReturnType<typeof session>> | undefined;
    afterEach(async () => {
      await migration?.end();
      migration = undefined;
    });

    test("if it is dropped between the read and the change", async () => {
      const [stays = "", goes = ""] = await makeTables(db, WITH_KEY, WITH_KEY);
      migration = await session(db.uri);
      await migration.query(`begin; drop table ${goes}`);
      const failing = managed(db).up({ name: fresh(), tables: [stays, goes] });
      const failure = expect(failing).rejects.toThrow(`not in database "postgres": table ${goes}.`);
      const waiting = "select from pg_locks where not granted";
      await vi.waitFor(async () => expect(await db.query(waiting)).not.toEqual([]), { timeout: 5000 });
      await migration.query("commit");
      await failure;
    });

    test("with what differs only in capitals", async () => {
      const schema = await makeSchema(db, "orders2");
      await expect(managed(db).up({ name: fresh(), tables: [`${schema}.Orders2`] })).rejects.toThrow(
        `table ${schema}."Orders2" (there is ${schema}.orders2)`,
      );
      expect(text()).toContain(`there is ${schema}.orders2`);
      if (version >= 15)
        await expect(managed(db).up({ name: fresh(), schemas: [schema.toUpperCase()] })).rejects.toThrow(
          `(there is ${schema})`,
        );
    });

    test("and the quotes of SQL are refused offline, with what to write", async () => {
      const quoted = (table: string) => managed(db).check({ tables: [table] });
      await expect(quoted('public."Orders"')).rejects.toThrow(
        'tables[0]: "public."Orders"" has the quotes of SQL; write public.Orders',
      );
      await expect(quoted('"my.schema"."a""b"')).rejects.toThrow('write { schema: "my.schema", name: "a\\"b" }');
    });
  });

  test("a database that was moved leaves its slots behind, which refresh and update say once", async () => {
    const tables = await makeTables(db, WITH_KEY);
    const config = { "clickpipes:acceptMovedDatabase": "true" };
    const args = { name: fresh(), tables };
    for (const verb of ["refresh", "update"]) {
      const pub = managed(db, config, fresh("moved"));
      await pub.up({ ...args, name: `${args.name}_${verb}` });
      const target = pub.outputs.target as object;
      Object.assign(pub.outputs, { target: { ...target, systemIdentifier: "7000000000000000001" } });
      const moved = `publication "${args.name}_${verb}" is in another database than before, and replication slots do not move with a database`;
      if (verb === "refresh") {
        expect(await pub.refresh()).toBe(true);
        expect(pub.drift).toEqual([`${moved}; resync every ClickPipe that reads it`]);
        expect((await pub.up({ ...args, name: `${args.name}_${verb}` })).kind).toBe("update");
        expect(await pub.refresh()).toBe(false);
      } else {
        await pub.up({ ...args, name: `${args.name}_${verb}`, comment: "new" });
        expect(text()).toContain(`${moved}.\n`);
      }
    }
  });

  test.each([
    ['a"b', true],
    ["a\u00a0b", true],
    ["a\\b", false],
    ['"ab"', false],
    ["aB", false],
    ["a b", false],
    ["a,b", false],
  ])("the name %j is accepted: %s", async (name, isAccepted) => {
    const pub = managed(db);
    const checked = pub.check({ name, tables: [] });
    if (isAccepted) await checked;
    else
      await expect(checked).rejects.toThrow(
        name.includes("\\") ? "because the name has a backslash" : "pgoutput would read",
      );
  });
});
