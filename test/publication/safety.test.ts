import { describe, expect, test } from "vitest";
import { fresh } from "../support/freshName";
import { useDatabase } from "../support/postgres/database";
import { session } from "../support/postgres/session";
import { managed, publicationOf } from "../support/publication/publications";
import { SAFE } from "../support/publication/safeTables";
import { type Case, UNSAFE } from "../support/publication/unsafeTables";
import { useWarnings } from "../support/warnings";

// 16 behaves like 15. 17 stores its lists of indexes differently.
const VERSIONS = [14, 15, 17, 18] as const;

describe.each(VERSIONS)("On Postgres %i", (version) => {
  const db = useDatabase(version);
  useWarnings();

  const here = <T extends { least?: number; most?: number }>(cases: T[]) =>
    cases.filter(({ least = 0, most = 99 }) => version >= least && version <= most);

  async function prepare({ ddl, args, columns, where }: Omit<Case, "hazard">) {
    const t = fresh("t");
    const named = (text: string) => text.replace(/\bt(?=\b|_)/g, t);
    await db.query(named(ddl));
    const table = columns || where ? { schema: "public", name: t, columns, where } : `public.${t}`;
    return { named, t, pub: managed(db), desired: { name: fresh(), tables: [table], ...args } };
  }

  /** The application's own statements, in a fresh session. */
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

  test.each(here(UNSAFE))("rightly refuses $what, and the fix works: $fix", async (one) => {
    const { named, t, pub, desired } = await prepare(one);
    await expect(pub.up(desired)).rejects.toThrow(named(one.hazard));
    expect(await publicationOf(db, desired.name)).toBeUndefined();

    await pub.up({ ...desired, allowUnsafeTables: true });
    if (one.later) await db.query(named(one.later));
    await expect(application(t)).rejects.toMatchObject({ code: expect.stringMatching(/^(55000|42P10)$/) });
    await db.query(`truncate ${t}`);
    await pub.destroy();

    if (one.fix) {
      const fix = named(one.fix).replace(/TABLE (t_\w+)/, 'TABLE "public"."$1"');
      await expect(pub.up(desired)).rejects.toThrow(fix);
      await db.query(fix.replace("…", one.key ?? "id"));
    }
    const { args, ...rest } = one.instead ?? {};
    const fixed = one.instead ? { ...desired, ...args, tables: [{ schema: "public", name: t, ...rest }] } : desired;
    if (one.fix || one.instead) {
      await pub.up(fixed);
      await application(t);
      expect(await pub.refresh()).toBe(false);
    }
  });

  test.each(here(SAFE))("accepts $what", async (one) => {
    const { named, t, pub, desired } = await prepare(one);
    await pub.up(desired);
    if (one.later) await db.query(named(one.later));
    await application(t);
    expect(await pub.refresh()).toBe(false);
    await pub.destroy();
  });

  test("an unlogged partition is not a hazard", async () => {
    const { t, pub, desired } = await prepare({
      what: "",
      ddl: "create table t (id int, a int) partition by range (id); create table t_1 (like t); alter table t_1 set unlogged",
    });
    // From 18 on, an unlogged table can still be a partition. Only a partitioned table cannot be unlogged.
    await db.query(`alter table ${t} attach partition ${t}_1 default`);
    await expect(pub.up(desired)).rejects.toThrow(
      new RegExp(`fail\\.\npublic.${t} has no primary key[^\n]*\nFix the tables`),
    );
  });
});
