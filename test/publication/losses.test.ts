import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ChangeReader } from "../../scripts/demo/replication";
import { fresh } from "../support/freshName";
import type { Managed } from "../support/managed";
import { useDatabase } from "../support/postgres/database";
import { makeSchema, managed, WITH_KEY } from "../support/publication/publications";
import { useWarnings } from "../support/warnings";

type Args = Record<string, unknown>;

// The oldest version, without filters, lists and schemas, and the newest.
describe.each([14, 18] as const)("A reader on Postgres %i", (version) => {
  const db = useDatabase(version);
  const said = useWarnings();
  let schema: string;
  let name: string;
  let pub: Managed;
  let reader: ChangeReader;
  let rows: number;

  beforeEach(async () => {
    [schema, name, pub, rows] = [await makeSchema(db, "t", "stays"), fresh(), managed(db), 0];
  });
  afterEach(async () => {
    await reader?.stop();
    await reader?.dropSlot();
  });

  async function publish(args: Args): Promise<void> {
    await pub.up({ name, ...args });
    const { hostname, port, username, password } = new URL(db.uriOf("cloud_admin", "stand-in superuser"));
    const login = { user: decodeURIComponent(username), password: decodeURIComponent(password) };
    reader = await ChangeReader.open(
      { host: hostname, port: Number(port), database: db.database, ...login, publication: name },
      fresh("slot"),
    );
    await reader.start();
  }

  /** Writes a row to each, and gives its id. */
  async function write(table: string): Promise<string> {
    rows++;
    await db.query(`insert into ${table} (id, a) values (${rows}, ${rows})`);
    return String(rows);
  }

  async function received(): Promise<string[]> {
    const changes = await reader.caughtUp();
    return changes.flatMap((change) => (change.tag === "insert" ? [String(change.new.id)] : []));
  }

  const resync = (table: string) =>
    `had lost table ${table}.\nChanges made in the meantime never reached ClickHouse.\nResync the pipe for these.`;

  /** The tables of these names, as the program lists them. */
  const listed = (...names: string[]) => names.map((one) => `${schema}.${one}`);

  /** The rows of pg_publication_rel, which change whenever a table is dropped from the publication and added. */
  const members = () =>
    db.query(
      "select r.oid::int8, r.prrelid::int8 from pg_publication_rel r join pg_publication p on p.oid = r.prpubid where p.pubname = $1 order by 1",
      [name],
    );

  describe("has a hole, and preview, refresh and update say so, if a table", () => {
    const changes: { title: string; ddl: (s: string) => string; drift: (s: string) => string }[] = [
      {
        title: "is swapped under its name, as a rebuild without downtime does",
        ddl: (s) =>
          `create table ${s}.t_new ${WITH_KEY}; alter table ${s}.t rename to t_old; alter table ${s}.t_new rename to t`,
        drift: (s) =>
          `table ${s}.t is another table now, which is not published; ` +
          `the former table is now ${s}.t_old, which is still published; resync the pipe for ${s}.t`,
      },
      {
        title: "is partitioned in place",
        ddl: (s) =>
          `alter table ${s}.t rename to t_old; create table ${s}.t ${WITH_KEY} partition by range (id); ` +
          `alter table ${s}.t attach partition ${s}.t_old for values from (minvalue) to (2); create table ${s}.t_new partition of ${s}.t default`,
        drift: (s) =>
          `table ${s}.t is now a partitioned table, which is not published; the former table is its partition ${s}.t_old; ` +
          `resync the pipe for ${s}.t`,
      },
      {
        title: "is dropped and recreated",
        ddl: (s) => `drop table ${s}.t; create table ${s}.t ${WITH_KEY}`,
        drift: (s) => `table ${s}.t was dropped and recreated, and the new table is not published`,
      },
    ];
    test.each(changes)("$title", async ({ ddl, drift }) => {
      const args = { tables: listed("t", "stays") };
      await publish(args);
      const before = await write(`${schema}.t`);
      await db.asAdmin(ddl(schema));
      const missed = await write(`${schema}.t`);
      expect(await pub.refresh()).toBe(true);
      expect(pub.drift).toEqual([drift(schema)]);
      said.length = 0;
      await pub.check({ name, ...args });
      expect(said.join("\n")).toContain(`these are no longer published as before: table ${schema}.t.`);
      await pub.up({ name, ...args });
      expect(said.join("\n")).toContain(resync(`${schema}.t`));
      const after = await write(`${schema}.t`);
      expect(await received()).toEqual([before, after]);
      expect(missed).not.toBe(after);
      expect(await pub.refresh()).toBe(false);
    });

    test("is swapped and the update comes without a refresh", async () => {
      const args = { tables: listed("t") };
      await publish(args);
      await db.asAdmin(
        `create table ${schema}.n ${WITH_KEY}; alter table ${schema}.t rename to o; alter table ${schema}.n rename to t`,
      );
      await write(`${schema}.t`);
      await pub.up({ name, ...args, comment: "new" });
      expect(said.join("\n")).toContain(`these are no longer published as before: table ${schema}.t.`);
      expect(said.join("\n")).toContain(resync(`${schema}.t`));
      expect(await received()).toEqual([]);
    });

    test("is swapped, and somebody publishes the new one by hand", async () => {
      const args = { tables: listed("t") };
      await publish(args);
      await db.asAdmin(
        `create table ${schema}.n ${WITH_KEY}; alter table ${schema}.t rename to o; alter table ${schema}.n rename to t`,
      );
      await write(`${schema}.t`);
      await db.asAdmin(`alter publication ${name} add table ${schema}.t`);
      const after = await write(`${schema}.t`);
      await pub.refresh();
      await pub.up({ name, ...args });
      expect(said.join("\n")).toContain(resync(`${schema}.t`));
      expect(await received()).toEqual([after]);
    });

    test("is renamed and removed, and the program follows the name", async () => {
      await publish({ tables: listed("t") });
      await db.asAdmin(`alter table ${schema}.t rename to u; alter publication ${name} drop table ${schema}.u`);
      await write(`${schema}.u`);
      await pub.up({ name, tables: listed("u") });
      expect(said.join("\n")).toContain(resync(`${schema}.u`));
      expect(await received()).toEqual([]);
    });
  });

  describe("gets every change, and no one says otherwise, if", () => {
    /** The program follows what `ddl` did, with or without a refresh in between. */
    async function follows(args: Args, ddl: string, followed: Args, table: string, refreshes: boolean): Promise<void> {
      await publish(args);
      const first = await write(`${schema}.t`);
      await db.asAdmin(ddl);
      const before = await members();
      const second = await write(table);
      if (refreshes) await pub.refresh();
      said.length = 0;
      await pub.up({ name, ...followed });
      const third = await write(table);
      expect(await received()).toEqual([first, second, third]);
      expect(said.join("\n")).not.toMatch(/resync|lost|no longer/i);
      expect(await members()).toEqual(before);
      expect(await pub.refresh()).toBe(false);
    }

    describe.each([true, false])("the program follows, after a refresh: %s:", (refreshes) => {
      test("a table is renamed", async () => {
        const ddl = `alter table ${schema}.t rename to u`;
        await follows({ tables: listed("t") }, ddl, { tables: listed("u") }, `${schema}.u`, refreshes);
      });

      test("a table moves to another schema", async () => {
        const other = await makeSchema(db);
        const ddl = `alter table ${schema}.t set schema ${other}`;
        await follows({ tables: listed("t") }, ddl, { tables: [`${other}.t`] }, `${other}.t`, refreshes);
      });

      test("two published tables swap their names", async () => {
        const ddl = `alter table ${schema}.t rename to x; alter table ${schema}.stays rename to t; alter table ${schema}.x rename to stays`;
        const args = { tables: listed("t", "stays") };
        await follows(args, ddl, { ...args, comment: "new" }, `${schema}.t`, refreshes);
      });

      test("the schema of listed tables is renamed", async () => {
        const ddl = `alter schema ${schema} rename to ${schema}_k`;
        const tables = [`${schema}_k.t`, `${schema}_k.stays`];
        await follows({ tables: listed("t", "stays") }, ddl, { tables }, `${schema}_k.t`, refreshes);
      });

      if (version >= 15)
        test("a table with a row filter and a column list is renamed", async () => {
          const narrowed = { schema, where: "id > 0 and id < 1000", columns: ["a", "id"] };
          const ddl = `alter table ${schema}.t rename to u`;
          const [before, after] = [{ tables: [{ ...narrowed, name: "t" }] }, { tables: [{ ...narrowed, name: "u" }] }];
          await follows(before, ddl, after, `${schema}.u`, refreshes);
        });

      if (version >= 15)
        test("a whole schema is renamed", async () => {
          const ddl = `alter schema ${schema} rename to ${schema}_k`;
          await follows({ schemas: [schema] }, ddl, { schemas: [`${schema}_k`] }, `${schema}_k.t`, refreshes);
        });
    });

    test("a table is renamed, and until the program follows its new name is shown", async () => {
      const args = { tables: listed("t") };
      await publish(args);
      await db.asAdmin(`alter table ${schema}.t rename to u`);
      for (let refreshes = 0; refreshes < 2; refreshes++) {
        await pub.refresh();
        expect(pub.drift).toEqual([`table ${schema}.t was renamed, and is now ${schema}.u, which is still published`]);
      }
      await expect(pub.up({ name, ...args })).rejects.toThrow(`is now ${schema}.u`);
    });

    if (version >= 15)
      test("a whole schema is renamed, and the update of the old name says what it is called now", async () => {
        await publish({ schemas: [schema] });
        await db.asAdmin(`alter schema ${schema} rename to ${schema}_k`);
        const sentence = `schema ${schema} is called ${schema}_k now`;
        for (const refreshes of [false, true, true]) {
          if (refreshes) await pub.refresh();
          if (refreshes) expect(pub.drift).toEqual([sentence]);
          const failure = await pub
            .up({ name, schemas: [schema], comment: "x" })
            .catch((error: Error) => error.message);
          expect(failure).toContain(sentence);
          expect(failure).not.toMatch(/allowReplace|superuser/);
        }
      });

    if (version >= 15)
      test("a listed table is removed from the list, and its schema is published", async () => {
        await publish({ tables: listed("t"), schemas: [schema] });
        await db.asAdmin(`alter publication ${name} drop table ${schema}.t`);
        const id = await write(`${schema}.t`);
        await pub.up({ name, tables: listed("t"), schemas: [schema], comment: "new" });
        expect(said.join("\n")).not.toMatch(/lost/);
        expect(await received()).toEqual([id]);
      });
  });
});
