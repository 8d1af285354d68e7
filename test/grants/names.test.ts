import { escapeIdentifier } from "pg";
import { beforeAll, describe, expect, test } from "vitest";
import { fresh } from "../support/freshName";
import { Managed } from "../support/managed";
import { type Place, useDatabase } from "../support/postgres/database";
import { logsIn, openSession } from "../support/postgres/login";
import { dependenciesOn } from "../support/postgres/rights";
import { useWarnings } from "../support/warnings";

const PLACES: Place[] = [
  { version: 14, admin: "superuser" },
  { version: 18, admin: "neon" },
];

const NAMES = [
  "it's",
  'quo"ted',
  "two words",
  "UPPER Case",
  "ünïcødé 漢字 😀",
  "a.b.c",
  "select",
  "x'; drop role neondb_owner; --",
  'y"; drop table orders; --',
  "back\\slash",
  "$1",
  "$$",
  "%I %L %s %",
  "tab\tand\nline",
  " leading and trailing ",
  "{a,b}",
  "[1]",
  'looks "a"."b" quoted',
  `${"é".repeat(31)}x`,
  "z".repeat(63),
];
const PASSWORDS = [
  "it's \\a \"$$ %L ünïcode Zebra-7",
  "  Leading-and trailing 42!Quartz  ",
  "{a,b};DROP ROLE x;--Grand7Ocean",
  "p@ss:w/rd?x=1&y=%20#Frag-9Onyx",
  "漢字パスワード Grand-Ocean7 ﬁ½",
];

describe.each(PLACES)("awkward names on Postgres $version as $admin", ({ version, admin }) => {
  const db = useDatabase(version, admin);
  useWarnings();

  beforeAll(async () => {
    await db.asAdmin("create table orders (id int)");
  });

  // One version sees them all, the other every fourth.
  const names = NAMES.filter((_, index) => version > 14 || index % 4 === 0);

  test.each(names.map((name, index) => ({ name, password: PASSWORDS[index % PASSWORDS.length] as string })))(
    "$name is data in a role, a schema, a table, a column and a comment",
    async ({ name, password }) => {
      const quoted = escapeIdentifier(name);
      await db.asAdmin(`create schema ${quoted}`);
      await db.asAdmin(`create table ${quoted}.${quoted} (${quoted} int, other int)`);
      await db.asAdmin(`create table ${quoted}."second" (id int)`);
      const user = new Managed("ClickPipesUser", name, db.config);
      const grants = new Managed("ClickPipesGrants", name, db.config);
      const args = { name, password, comment: name };
      const desired = {
        role: name,
        tables: [
          { schema: name, name, columns: [name] },
          { schema: name, name: "second" },
        ],
        objectOwners: [],
      };
      await user.up(args);
      await grants.up(desired);
      expect([(await user.up(args)).kind, (await grants.up(desired)).kind]).toEqual(["same", "same"]);
      expect([await user.refresh(), await grants.refresh()]).toEqual([false, false]);
      expect(await logsIn(db, name, password)).toBe(true);
      const session = await openSession(db, name, password);
      await session.query(`select ${quoted} from ${quoted}.${quoted}`);
      await session.end();
      await grants.up({ role: name, schemas: [name] });
      expect(grants.outputs).toMatchObject({ grantedTables: 2, uncovered: [] });
      expect(await grants.refresh()).toBe(false);
      await db.query(`revoke select on ${quoted}.${quoted} from ${quoted}`);
      expect(await grants.refresh()).toBe(true);
      await grants.up({ role: name, schemas: [name] });
      const plain = fresh("plain");
      await user.up({ ...args, name: plain, comment: `${name}!` });
      await grants.up({ role: plain, schemas: [name] });
      expect([await user.refresh(), await grants.refresh()]).toEqual([false, false]);
      await grants.destroy();
      expect(await dependenciesOn(db, plain)).toBe(0);
      await user.destroy();
      await db.asAdmin(`drop schema ${quoted} cascade`);
      expect(await db.query("select from pg_roles where rolname in ($1, $2)", [name, plain])).toEqual([]);
      expect(await db.query("select from pg_class where relname = 'orders'")).toHaveLength(1);
    },
  );
});
