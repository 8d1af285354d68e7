import { describe, expect, test } from "vitest";
import type { Coverage } from "../../../provider/grants/sql/coverage";
import { planGrants } from "../../../provider/grants/sql/plan";
import type { TableRight } from "../../../provider/grants/sql/tableRights";
import { explainUncovered } from "../../../provider/grants/sql/uncovered";
import type { Uncovered } from "../../../provider/grants/uncovered";
import { coverage, database, futureWithout, schemaWithout, tableWithout } from "../../support/grants/values";

const THEIRS = { actor: "none", owner: "stranger", member: false } as const;
const ONLY_OWNER = "only its owner stranger may grant it, and the admin is not a member of that role";
const HIDDEN = 'row-level security hides rows from role "reader": the first load would miss them without an error';
const HIDING = { granted: true, effective: true, hidesRows: true, showsRows: false };

const many = (count: number, more: Partial<TableRight>) =>
  Array.from({ length: count }, (_, index) => tableWithout(`app.t${index}`, more));

describe("what is not covered", () => {
  test.each<{ title: string; actual: Partial<Coverage>; uncovered: Uncovered[] }>([
    {
      title: "includes CONNECT on a database that the admin may not grant",
      actual: { databaseRight: database({ connect: false, owner: "stranger", actor: "none" }) },
      uncovered: [
        {
          kind: "database",
          object: "app",
          owner: "stranger",
          reason: ONLY_OWNER,
          fix: 'GRANT CONNECT ON DATABASE "app" TO "reader"',
        },
      ],
    },
    {
      title: "includes USAGE on a schema",
      actual: { schemas: [schemaWithout("My Shop", THEIRS)] },
      uncovered: [
        {
          kind: "schema",
          object: '"My Shop"',
          owner: "stranger",
          reason: ONLY_OWNER,
          fix: 'GRANT USAGE ON SCHEMA "My Shop" TO "reader"',
        },
      ],
    },
    {
      title: "includes SELECT on a materialized view",
      actual: { tables: [tableWithout("app.orders", { ...THEIRS, kind: "m" })] },
      uncovered: [
        {
          kind: "materialized view",
          object: "app.orders",
          owner: "stranger",
          reason: ONLY_OWNER,
          fix: 'GRANT SELECT ON "app"."orders" TO "reader"',
        },
      ],
    },
    {
      title: "includes SELECT on listed columns, and the fix grants all of them",
      actual: {
        tables: [tableWithout("app.orders", { ...THEIRS, whole: false, columns: ["id", "N"], missingColumns: ["N"] })],
      },
      uncovered: [
        {
          kind: "table",
          object: "app.orders",
          owner: "stranger",
          reason: ONLY_OWNER,
          fix: 'GRANT SELECT ("id", "N") ON "app"."orders" TO "reader"',
        },
      ],
    },
    {
      title: "includes a table whose schema neither its owner nor the admin may use",
      actual: { tables: [tableWithout("app.orders", { ...THEIRS, member: true })] },
      uncovered: [
        {
          kind: "table",
          object: "app.orders",
          owner: "stranger",
          reason: "granting it requires USAGE on schema app, which neither its owner stranger nor the admin has",
          fix: 'GRANT SELECT ON "app"."orders" TO "reader"',
        },
      ],
    },
    {
      title: "includes future tables of a role that the admin is not a member of",
      actual: { defaults: [futureWithout("stranger", "app", { actor: "none" })] },
      uncovered: [
        {
          kind: "default privileges",
          object: "future tables of stranger in schema app",
          owner: "stranger",
          reason: "only stranger may set them, and the admin is not a member of that role",
          fix: 'ALTER DEFAULT PRIVILEGES FOR ROLE "stranger" IN SCHEMA "app" GRANT SELECT ON TABLES TO "reader"',
        },
      ],
    },
    {
      title: "includes hidden rows of a table that is granted",
      actual: { tables: [tableWithout("app.orders", HIDING)] },
      uncovered: [
        {
          kind: "table",
          object: "app.orders",
          owner: "admin",
          reason: HIDDEN,
          fix: 'CREATE POLICY "reader reads all" ON "app"."orders" FOR SELECT TO "reader" USING (true) /* drop the policy before you destroy the user */',
        },
      ],
    },
    {
      title: "excludes what the role can read through PUBLIC or a membership",
      actual: {
        schemas: [schemaWithout("app", { ...THEIRS, effective: true })],
        tables: [tableWithout("app.orders", { ...THEIRS, effective: true })],
      },
      uncovered: [],
    },
    {
      title: "excludes what the admin can grant",
      actual: {
        schemas: [schemaWithout("app")],
        tables: [tableWithout("app.orders", { actor: "owner", owner: "chief" })],
      },
      uncovered: [],
    },
    {
      title: "has one entry for more than 20 tables of one owner in a schema",
      actual: { tables: many(21, THEIRS) },
      uncovered: [
        {
          kind: "tables",
          object: "21 tables in schema app",
          owner: "stranger",
          reason: ONLY_OWNER,
          fix: 'GRANT SELECT ON ALL TABLES IN SCHEMA "app" TO "reader"',
        },
      ],
    },
  ])("$title", ({ actual, uncovered }) => {
    expect(planGrants("reader", coverage(actual)).uncovered).toEqual(uncovered);
  });

  test.each<{ title: string; tables: TableRight[]; objects: string[] }>([
    {
      title: "20 tables of one owner",
      tables: many(20, THEIRS),
      objects: many(20, THEIRS).map(({ name }) => `app.${name}`),
    },
    {
      title: "tables that the scope lists by name",
      tables: many(21, { ...THEIRS, whole: false }),
      objects: many(21, THEIRS).map(({ name }) => `app.${name}`),
    },
    {
      title: "tables with restrictive policies, since each needs a fix of its own",
      tables: many(21, { ...HIDING, narrowedBy: [{ name: "narrow", qual: "false" }] }),
      objects: many(21, THEIRS).map(({ name }) => `app.${name}`),
    },
  ])("lists one by one $title", ({ tables, objects }) => {
    expect(planGrants("reader", coverage({ tables })).uncovered.map(({ object }) => object)).toEqual(objects);
  });

  test("names the restrictive policies that hide rows", () => {
    const reasonFor = (...names: string[]) => {
      const narrowedBy = names.map((name) => ({ name, qual: "false" }));
      const tables = [tableWithout("app.orders", { ...HIDING, narrowedBy })];
      return planGrants("reader", coverage({ tables })).uncovered[0]?.reason;
    };
    expect(reasonFor("Narrow")).toContain('from role "reader" through the restrictive policy "Narrow": the first load');
    expect(reasonFor("Narrow", "own")).toContain(
      'from role "reader" through the restrictive policies "Narrow", own: the',
    );
  });

  test("has one statement for many tables with hidden rows, whatever the names contain", () => {
    const tables = many(21, { ...HIDING, schema: "it's" });
    const [entry, ...others] = planGrants("$$", coverage({ tables })).uncovered;
    expect(others).toEqual([]);
    expect(entry?.object).toBe(`21 tables in schema "it's"`);
    expect(entry?.fix).toMatch(
      /^DO \$clickpipes\$ .* WHERE n\.nspname OPERATOR\(pg_catalog\.=\) 'it''s'.* \$clickpipes\$ \/\* drop the policy before you destroy the user \*\/$/,
    );
  });
});

describe("the message about what is not covered", () => {
  const entry = { owner: "Chief", reason: ONLY_OWNER, fix: "GRANT …" };
  test.each<{ title: string; entry: Uncovered; first: string }>([
    {
      title: "a table",
      entry: { ...entry, kind: "table", object: "app.orders" },
      first: "table app.orders is not covered.",
    },
    {
      title: "future tables",
      entry: { ...entry, kind: "default privileges", object: "future tables of chief in schema app" },
      first: "future tables of chief in schema app are not covered.",
    },
    {
      title: "many tables",
      entry: { ...entry, kind: "tables", object: "21 tables in schema app" },
      first: "21 tables in schema app are not covered.",
    },
  ])("says for $title what, why, and what to run as whom", ({ entry, first }) => {
    expect(explainUncovered(entry)).toEqual([
      first,
      "Only its owner stranger may grant it, and the admin is not a member of that role.",
      'Run as "Chief", or as a superuser: GRANT …;',
    ]);
  });
});
