import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startDatabase, type TestDatabase } from "../support/database";
import { fresh, makeSchema, managed, membersOf, publicationOf, recordWarnings, session } from "../support/publications";

interface Case {
  what: string;
  /** `t` stands for the table's name. */
  ddl: string;
  least?: number;
  most?: number;
  columns?: string[];
  where?: string;
  args?: object;
  /** Run after the publication was made, before the application's UPDATE. */
  later?: string;
  /** What the refusal says. */
  hazard: string;
  /** The statement that it shows, and what to put for the key in it. */
  fix?: string;
  key?: string;
  /** The arguments that it shows, where no statement mends it. */
  instead?: { columns?: string[]; where?: string; args?: object };
}

const UNSAFE: Case[] = [
  {
    what: "no identity",
    ddl: "create table t (id int, a int)",
    hazard: "has no primary key",
    fix: "ALTER TABLE t ADD PRIMARY KEY (…)",
  },
  {
    what: "no identity",
    ddl: "create table t (id int, a int)",
    hazard: "has no primary key",
    fix: "ALTER TABLE t REPLICA IDENTITY FULL",
  },
  {
    what: "a nullable unique index",
    ddl: "create table t (id int unique, a int)",
    hazard: "has no primary key",
    fix: "ALTER TABLE t REPLICA IDENTITY FULL",
  },
  {
    what: "a partial unique index",
    ddl: "create table t (id int not null, a int); create unique index on t (id) where id > 0",
    hazard: "has no primary key",
    fix: "ALTER TABLE t ADD PRIMARY KEY (…)",
  },
  {
    what: "a deferrable unique constraint",
    ddl: "create table t (id int not null unique deferrable, a int)",
    hazard: "has no primary key",
    fix: "ALTER TABLE t ADD PRIMARY KEY (…)",
  },
  {
    what: "a unique index that is not the identity",
    ddl: "create table t (id int not null, a int); create unique index t_u on t (id)",
    hazard: "has no primary key",
    fix: 'ALTER TABLE t REPLICA IDENTITY USING INDEX "t_u"',
  },
  {
    what: "a deferrable primary key",
    ddl: "create table t (id int primary key deferrable initially deferred, a int)",
    hazard: "has only a deferrable primary key",
    fix: "ALTER TABLE t REPLICA IDENTITY FULL",
  },
  {
    what: "identity NOTHING beside a key",
    ddl: "create table t (id int primary key, a int); alter table t replica identity nothing",
    hazard: "has REPLICA IDENTITY NOTHING",
    fix: "ALTER TABLE t REPLICA IDENTITY DEFAULT",
  },
  {
    what: "an identity index that was dropped",
    ddl: "create table t (id int primary key, u int not null default 1, a int); create unique index t_u on t (u); alter table t replica identity using index t_u; drop index t_u",
    hazard: "has had the index of its replica identity dropped",
    fix: "ALTER TABLE t REPLICA IDENTITY DEFAULT",
  },
  {
    what: "an invalid identity index",
    ddl: "create table t (id int not null, a int); create unique index t_u on t (id); alter table t replica identity using index t_u; update pg_index set indisvalid = false where indexrelid = 'public.t_u'::regclass",
    hazard: "has an invalid index as its replica identity",
    fix: 'REINDEX INDEX CONCURRENTLY "public"."t_u"',
  },
  {
    what: "an invalid primary key",
    ddl: "create table t (id int primary key, a int); update pg_index set indisvalid = false where indrelid = 'public.t'::regclass",
    hazard: "has an invalid index as its replica identity",
    fix: 'REINDEX INDEX CONCURRENTLY "public"."t_pkey"',
  },
  {
    what: "partitions without a key",
    ddl: "create table t (id int, a int) partition by range (id); create table t_1 partition of t default",
    hazard: "t_1 has no primary key",
    fix: "ALTER TABLE t ADD PRIMARY KEY (…)",
  },
  {
    what: "partitions to come",
    ddl: "create table t (id int, a int) partition by range (id)",
    later: "create table t_1 partition of t default",
    hazard: "partitions to come will have no replica identity",
    fix: "ALTER TABLE t ADD PRIMARY KEY (…)",
  },
  {
    what: "partitions to come, where the one that is there has an identity of its own",
    ddl: "create table t (id int, a int) partition by range (id); create table t_2 partition of t for values from (5) to (9); alter table t_2 replica identity full",
    later: "create table t_1 partition of t default",
    hazard: "partitions to come will have no replica identity",
    fix: "ALTER TABLE t ADD PRIMARY KEY (…)",
  },
  {
    what: "FULL on a partitioned table, which its partitions do not take on",
    ddl: "create table t (id int, a int) partition by range (id); alter table t replica identity full; create table t_1 partition of t default",
    hazard: "t_1 has no primary key",
    fix: "ALTER TABLE t ADD PRIMARY KEY (…)",
  },
  {
    what: "a partition two levels down",
    ddl: "create table t (id int, a int) partition by range (id); create table t_1 partition of t default partition by list (a); create table t_1_1 partition of t_1 default",
    key: "id, a",
    hazard: "t_1_1 has no primary key",
    fix: "ALTER TABLE t ADD PRIMARY KEY (…)",
  },
  {
    what: "a deferrable primary key on a partitioned table",
    ddl: "create table t (id int primary key deferrable, a int) partition by range (id); create table t_1 partition of t default",
    hazard: "t_1 has only a deferrable primary key",
  },
  {
    what: "a list without the key",
    least: 15,
    ddl: "create table t (id int primary key, a int)",
    columns: ["a"],
    hazard: "has a list of columns without id of its replica identity",
    instead: { columns: ["a", "id"] },
  },
  {
    what: "a list under FULL",
    least: 15,
    ddl: "create table t (id int primary key, a int); alter table t replica identity full",
    columns: ["id"],
    hazard: "has REPLICA IDENTITY FULL, which allows no list of columns",
    fix: "ALTER TABLE t REPLICA IDENTITY DEFAULT",
  },
  {
    what: "a list on a partitioned table with a partition under FULL",
    least: 15,
    ddl: "create table t (id int primary key, a int) partition by range (id); create table t_1 partition of t default; alter table t_1 replica identity full",
    columns: ["id"],
    hazard: "t_1 has REPLICA IDENTITY FULL",
    fix: "ALTER TABLE t_1 REPLICA IDENTITY DEFAULT",
  },
  {
    what: "a filter outside the key",
    least: 15,
    ddl: "create table t (id int primary key, a int)",
    where: "a > 0",
    hazard: "has a row filter on a, outside its replica identity",
    fix: "ALTER TABLE t REPLICA IDENTITY FULL",
  },
  {
    what: "a filter on a column that the key only includes",
    least: 15,
    ddl: "create table t (id int, a int, primary key (id) include (a))",
    where: "a > 0",
    hazard: "has a row filter on a, outside",
    fix: "ALTER TABLE t REPLICA IDENTITY FULL",
  },
  {
    what: "a filter and a list",
    least: 15,
    ddl: "create table t (id int primary key, a int, b int)",
    where: "a > 0",
    columns: ["id", "a"],
    hazard: "has a row filter on a, outside",
    instead: { columns: ["id", "a"] },
  },
  {
    what: "a filter on a partitioned table, outside the key of its partition",
    least: 15,
    ddl: "create table t (id int primary key, a int) partition by range (id); create table t_1 partition of t default",
    where: "a > 0",
    hazard: "t_1 has a row filter on a, outside",
    instead: { where: "id > 0" },
  },
  {
    what: "a filter on a partitioned table whose partitions to come will not be FULL",
    least: 15,
    ddl: "create table t (id int primary key, a int) partition by range (id); create table t_2 partition of t for values from (5) to (9); alter table t_2 replica identity full",
    where: "a > 0",
    later: "create table t_1 partition of t default",
    hazard: "t has a row filter on a, outside",
    instead: { where: "id > 0" },
  },
  {
    what: "a stored generated column under FULL",
    least: 18,
    ddl: "create table t (id int primary key, a int, g int generated always as (id * 2) stored); alter table t replica identity full",
    hazard: "has REPLICA IDENTITY FULL and a stored generated column",
    fix: "ALTER TABLE t REPLICA IDENTITY DEFAULT",
  },
  {
    what: "a stored generated column under FULL",
    least: 18,
    ddl: "create table t (id int primary key, a int, g int generated always as (id * 2) stored); alter table t replica identity full",
    hazard: "has REPLICA IDENTITY FULL and a stored generated column",
    instead: { args: { publishGeneratedColumns: "stored" } },
  },
  {
    what: "a virtual generated column under FULL",
    least: 18,
    ddl: "create table t (id int primary key, a int, g int generated always as (id * 2)); alter table t replica identity full",
    hazard: "has REPLICA IDENTITY FULL and a virtual generated column",
    args: { publishGeneratedColumns: "stored" },
    fix: "ALTER TABLE t REPLICA IDENTITY DEFAULT",
  },
  {
    what: "a stored generated column in the key",
    least: 18,
    ddl: "create table t (id int, a int, g int generated always as (id * 2) stored primary key)",
    hazard: "has a stored generated column in its replica identity",
    instead: { args: { publishGeneratedColumns: "stored" } },
  },
];

const SAFE: Omit<Case, "hazard">[] = [
  { what: "a primary key", ddl: "create table t (id int primary key, a int)" },
  {
    what: "a unique index as the identity",
    ddl: "create table t (id int, u int not null default 1, a int); create unique index t_u on t (u); alter table t replica identity using index t_u",
  },
  { what: "FULL, without any key", ddl: "create table t (id int, a int); alter table t replica identity full" },
  {
    what: "no identity, where only inserts are published",
    ddl: "create table t (id int, a int)",
    args: { publish: ["insert", "truncate"] },
  },
  {
    what: "a filter and a list outside the key, where only inserts are published",
    least: 15,
    ddl: "create table t (id int primary key, a int, b int)",
    columns: ["b"],
    where: "a > 0",
    args: { publish: ["insert"] },
  },
  {
    what: "a partitioned table with a key, and a partition to come",
    ddl: "create table t (id int primary key, a int) partition by range (id)",
    later: "create table t_1 partition of t default",
  },
  {
    what: "a child by inheritance without an identity, which was not listed",
    ddl: "create table t (id int primary key, a int); create table t_1 () inherits (t)",
  },
  {
    what: "a list of the key without what the key only includes",
    least: 15,
    ddl: "create table t (id int, a int, primary key (id) include (a))",
    columns: ["id"],
  },
  {
    what: "a filter on the key beside a list, under names that contain each other",
    least: 15,
    ddl: "create table t (id int primary key, a int, d int)",
    columns: ["id", "d"],
    where: "id <> 4",
  },
  {
    what: "a filter outside the key under FULL",
    least: 15,
    ddl: "create table t (id int primary key, a int); alter table t replica identity full",
    where: "a > 0 or a is null",
  },
  {
    what: "a stored generated column under FULL, published",
    least: 18,
    ddl: "create table t (id int primary key, a int, g int generated always as (id * 2) stored); alter table t replica identity full",
    args: { publishGeneratedColumns: "stored" },
  },
  {
    what: "a stored generated column under FULL",
    most: 17,
    ddl: "create table t (id int primary key, a int, g int generated always as (id * 2) stored); alter table t replica identity full",
  },
  {
    what: "a stored generated column in the key",
    most: 17,
    ddl: "create table t (id int, a int, g int generated always as (id * 2) stored primary key)",
  },
  {
    what: "a stored generated column in the key, listed",
    least: 18,
    ddl: "create table t (id int, a int, g int generated always as (id * 2) stored primary key)",
    columns: ["g", "a"],
  },
  {
    what: "a virtual generated column beside a key",
    least: 18,
    ddl: "create table t (id int primary key, a int, g int generated always as (id * 2))",
  },
];

// 16 judges as 15 does; 17 keeps its lists of indexes otherwise.
const VERSIONS = [14, 15, 17, 18] as const;

describe.each(VERSIONS)("On Postgres %i", (version) => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await startDatabase(version);
  });
  beforeEach(() => {
    recordWarnings();
  });
  afterAll(() => db?.stop());

  const here = <T extends { least?: number; most?: number }>(cases: T[]) =>
    cases.filter(({ least = 0, most = 99 }) => version >= least && version <= most);

  async function prepare({ ddl, args, columns, where }: Omit<Case, "hazard">) {
    const t = fresh("t");
    const named = (text: string) => text.replace(/\bt(?=\b|_)/g, t);
    await db.query(named(ddl));
    const table = columns || where ? { schema: "public", name: t, columns, where } : `public.${t}`;
    return { named, t, pub: managed(db), wish: { name: fresh(), tables: [table], ...args } };
  }

  /** The application's own statements, in a session that knows nothing from before. */
  async function application(t: string): Promise<void> {
    const app = await session(db.uri);
    try {
      await app.query(`insert into ${t} (id, a) values (1, 1)`);
      await app.query(`update ${t} set a = 2 where id = 1`);
      await app.query(`delete from ${t} where id = 1`);
    } finally {
      await app.end();
    }
  }

  test.each(here(UNSAFE))("$what is refused, rightly, and mended: $fix", async (one) => {
    const { named, t, pub, wish } = await prepare(one);
    await expect(pub.up(wish)).rejects.toThrow(named(one.hazard));
    expect(await publicationOf(db, wish.name)).toBeUndefined();

    await pub.up({ ...wish, allowUnsafeTables: true });
    if (one.later) await db.query(named(one.later));
    await expect(application(t)).rejects.toMatchObject({ code: expect.stringMatching(/^(55000|42P10)$/) });
    await db.query(`truncate ${t}`);
    await pub.destroy();

    if (one.fix) {
      const fix = named(one.fix).replace(/TABLE (t_\w+)/, 'TABLE "public"."$1"');
      await expect(pub.up(wish)).rejects.toThrow(fix);
      await db.query(fix.replace("…", one.key ?? "id"));
    }
    const { args, ...rest } = one.instead ?? {};
    const mended = one.instead ? { ...wish, ...args, tables: [{ schema: "public", name: t, ...rest }] } : wish;
    if (one.fix || one.instead) {
      await pub.up(mended);
      await application(t);
      expect(await pub.refresh()).toBe(false);
    }
  });

  test.each(here(SAFE))("$what is safe", async (one) => {
    const { named, t, pub, wish } = await prepare(one);
    await pub.up(wish);
    if (one.later) await db.query(named(one.later));
    await application(t);
    expect(await pub.refresh()).toBe(false);
    await pub.destroy();
  });

  test("a partition that is not logged is nobody's hazard", async () => {
    const { t, pub, wish } = await prepare({
      what: "",
      ddl: "create table t (id int, a int) partition by range (id); create table t_1 (like t); alter table t_1 set unlogged",
    });
    // From 18 on an unlogged table can still be a partition, only no partitioned one be unlogged.
    await db.query(`alter table ${t} attach partition ${t}_1 default`);
    await expect(pub.up(wish)).rejects.toThrow(new RegExp(`: public.${t} has no primary key[^;]*$`));
  });

  describe.skipIf(version < 15)("of schemas and of all tables", () => {
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
        const said = recordWarnings();
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
      const said = recordWarnings();
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
    const said = recordWarnings();
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

  test.skipIf(version < 15)(
    "columns that are not there, and lists that the server would not take, are refused",
    async () => {
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
    },
  );

  test.skipIf(version < 15)("a filter is one expression, and can add no table behind anybody's back", async () => {
    const t = fresh("t");
    await db.query(`create table ${t} (id int primary key); create table ${t}_2 (id int primary key)`);
    const pub = managed(db);
    const wish = (where: string) => ({ name: fresh(), tables: [{ schema: "public", name: t, where }] });
    await expect(pub.up(wish(`true), only public.${t}_2 where (true`))).rejects.toThrow("is not one expression");
    await expect(pub.up(wish(`true); drop table ${t}; --`))).rejects.toThrow("syntax error");
    expect(await db.query("select from pg_class where relname = $1", [t])).toHaveLength(1);
    await pub.up(wish("id > 0 -- and no more"));
    expect(await membersOf(db, pub.outputs.name as string)).toEqual([`public.${t}`]);
  });
});
