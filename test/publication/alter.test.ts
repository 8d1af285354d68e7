import { beforeAll, describe, expect, test } from "vitest";
import { fresh } from "../support/freshName";
import { type Admin, useDatabase } from "../support/postgres/database";
import { POSTGRES_VERSIONS } from "../support/postgres/servers";
import { session } from "../support/postgres/session";
import { managed, publicationOf, quoted, WITH_KEY } from "../support/publication/publications";
import { useWarnings } from "../support/warnings";

const PLACES = POSTGRES_VERSIONS.flatMap((version) =>
  (["superuser", "neon"] as Admin[]).map((admin) => ({ version, admin })),
);

const A = { schema: "s", name: "a" };

interface Case {
  what: string;
  from: object;
  to: object;
  /** All statements sent for the change. P and OWNER stand for names, and a blank line ends a transaction. */
  sent: string;
  least?: number;
  admins?: Admin[];
}

const CASES: Case[] = [
  {
    what: "tables added and removed",
    from: { tables: ["s.a", "s.b"] },
    to: { tables: ["s.b", "s.c", "s.p"] },
    sent: `alter publication P drop table only "s"."a"
           alter publication P add table only "s"."c", only "s"."p"`,
  },
  {
    what: "the last table removed",
    from: { tables: ["s.a"] },
    to: { tables: [] },
    sent: `alter publication P drop table only "s"."a"`,
  },
  {
    what: "a first table added",
    from: { tables: [] },
    to: { tables: ["s.a"] },
    sent: `alter publication P add table only "s"."a"`,
  },
  {
    what: "operations and publish_via_partition_root",
    from: { tables: ["s.a"] },
    to: { tables: ["s.a"], publish: ["insert", "delete"], publishViaPartitionRoot: false },
    sent: "alter publication P set (publish = 'insert, delete', publish_via_partition_root = false)",
  },
  {
    what: "a comment",
    from: { tables: ["s.a"], comment: "one" },
    to: { tables: ["s.a"], comment: "it's two" },
    sent: "comment on publication P is …",
  },
  {
    what: "the owner",
    from: { tables: ["s.a"] },
    to: { tables: ["s.a"], owner: "OWNER" },
    sent: "alter publication P owner to OWNER",
  },
  {
    what: "generated columns",
    least: 18,
    from: { tables: ["s.a"] },
    to: { tables: ["s.a"], publishGeneratedColumns: "stored" },
    sent: "alter publication P set (publish_generated_columns = stored)",
  },
  {
    what: "a column list",
    least: 15,
    from: { tables: [{ ...A, columns: ["id"] }, "s.b"] },
    to: { tables: [{ ...A, columns: ["id", "b"] }, "s.b"] },
    sent: `alter publication P drop table only "s"."a"
           alter publication P add table only "s"."a" ("b", "id")`,
  },
  {
    what: "a column list of all columns to no column list",
    least: 15,
    from: { tables: [{ ...A, columns: ["id", "a", "b"] }] },
    to: { tables: ["s.a"] },
    sent: `alter publication P drop table only "s"."a"
           alter publication P add table only "s"."a"`,
  },
  {
    what: "a row filter, in one transaction",
    least: 15,
    from: {
      tables: [
        { ...A, where: "id > 0" },
        { schema: "s", name: "b", where: "id>0 and id<9" },
      ],
    },
    to: {
      tables: [
        { ...A, where: "id > 1" },
        { schema: "s", name: "b", where: "id>0 and id<9" },
      ],
    },
    sent: `alter publication P drop table only "s"."a"
           alter publication P add table only "s"."a" where (id > 1)`,
  },
  {
    what: "a list to its schema",
    least: 15,
    admins: ["superuser"],
    from: { tables: ["s.a", "r.d"] },
    to: { schemas: ["s"] },
    sent: `alter publication P drop table only "r"."d"
           alter publication P add tables in schema "s"

           alter publication P drop table only "s"."a"`,
  },
  {
    what: "a schema to a list of its tables",
    least: 15,
    from: { schemas: ["s"] },
    to: { tables: ["s.a"] },
    sent: `alter publication P add table only "s"."a"

           alter publication P drop tables in schema "s"`,
  },
  {
    what: "schemas and tables mixed",
    least: 15,
    admins: ["superuser"],
    from: { schemas: ["s"] },
    to: { schemas: ["r"], tables: ["q.e"] },
    sent: `alter publication P drop tables in schema "s"
           alter publication P add tables in schema "r"
           alter publication P add table only "q"."e"`,
  },
  {
    what: "a schema removed",
    least: 15,
    from: { schemas: ["s", "r"] },
    to: { schemas: ["r"] },
    sent: `alter publication P drop tables in schema "s"`,
  },
  {
    what: "everything at once",
    least: 15,
    from: { tables: ["s.a", "s.b"], publish: ["insert"], publishViaPartitionRoot: false },
    to: {
      tables: [
        { schema: "s", name: "b", columns: ["id"], where: "id > 0" },
        { schema: "s", name: "p", where: "id > 0" },
      ],
      owner: "OWNER",
      comment: "new",
    },
    sent: `alter publication P set (publish = 'insert, update, delete, truncate', publish_via_partition_root = true)
           alter publication P drop table only "s"."a", only "s"."b"
           alter publication P add table only "s"."p" where (id > 0), only "s"."b" ("id") where (id > 0)
           comment on publication P is …
           alter publication P owner to OWNER`,
  },
];

describe.each(PLACES)("Publication on Postgres $version as $admin changes in place", ({ version, admin }) => {
  const db = useDatabase(version, admin, { log_statement: "all" });
  useWarnings();
  const owner = fresh("owner");

  beforeAll(async () => {
    await db.query(`create role ${owner}`);
    await db.query(`grant create on database ${quoted(db.database)} to ${owner}`);
    if (admin === "neon") await db.query(`grant ${owner} to ${quoted(db.user)}`);
    for (const schema of ["s", "r", "q"]) await db.asAdmin(`create schema ${schema}`);
    for (const table of ["s.a", "s.b", "s.c", "r.d", "q.e"]) await db.asAdmin(`create table ${table} ${WITH_KEY}`);
    await db.asAdmin("create table s.p (id int primary key) partition by range (id)");
    await db.asAdmin("create table s.p1 partition of s.p default");
  });

  /** The statements on publications since then, from the server's log. */
  async function sentSince(before: string, name: string): Promise<string> {
    const lines = (await db.log()).slice(before.length).split("\n");
    const statements = lines.flatMap((line) => /(?:execute <unnamed>|statement): (.*)/.exec(line)?.[1] ?? []);
    return statements
      .filter((text) => /^(alter|create|drop|comment on) publication|^commit/.test(text))
      .map((text) => text.replaceAll(quoted(name), "P").replaceAll(quoted(owner), "OWNER"))
      .map((text) => text.replace(/ is '.*/, " is …").replace("commit", ""))
      .join("\n")
      .trim();
  }

  const cases = CASES.filter(({ least = 0, admins }) => version >= least && (admins?.includes(admin) ?? true));

  test.each(cases)("$what", async ({ from, to, sent }) => {
    const [name, pub] = [fresh(), managed(db)];
    const desired = { name, ...to, ...("owner" in to && { owner }) };
    await pub.up({ name, ...from });
    const { oid } = pub.outputs;
    const before = await db.log();
    expect((await pub.up(desired)).kind).toBe("update");
    expect(await sentSince(before, name)).toBe(sent.replace(/^ +/gm, ""));
    expect((await publicationOf(db, name))?.oid).toBe(oid);
    expect(await pub.refresh()).toBe(false);
    expect((await pub.up(desired)).kind).toBe("same");
    await pub.destroy();
  });

  test("without locking the tables that stay", async () => {
    const [name, pub] = [fresh(), managed(db, { "clickpipes:lockTimeout": "1" })];
    const stays = version >= 15 ? { ...A, where: "id > 0", columns: ["id"] } : "s.a";
    await pub.up({ name, tables: [stays, "s.b"] });
    const migration = await session(db.uri);
    await migration.query("begin");
    await migration.query("lock table s.a in access exclusive mode");
    try {
      await pub.up({ name, tables: [stays, "s.c"], publish: ["insert"], comment: "x" });
      expect(await pub.refresh()).toBe(false);
    } finally {
      await migration.end();
    }
    await pub.destroy();
  });
});
