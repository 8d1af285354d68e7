import { describe, expect, test } from "vitest";
import type { Coverage } from "../../../provider/grants/sql/coverage";
import { planGrants, readableTables, uncoveredAfter } from "../../../provider/grants/sql/plan";
import { coverage, database, futureWithout, schemaWithout, tableWithout, textsOf } from "../../support/grants/values";

const AS_OWNER = { actor: "owner" } as const;
const OUT_OF_REACH = { actor: "none", owner: "stranger", member: false } as const;
const GRANTED = { granted: true, effective: true };
const HIDING = { hidesRows: true, showsRows: false };

describe("the statements that let a role read its scope", () => {
  test.each<{ title: string; actual: Partial<Coverage>; statements: string[] }>([
    { title: "are none if nothing is missing", actual: {}, statements: [] },
    {
      title: "are none for a schema and future tables that are granted",
      actual: {
        schemas: [schemaWithout("app", GRANTED)],
        defaults: [futureWithout("admin", "app", { granted: true })],
      },
      statements: [],
    },
    {
      title: "grant CONNECT on the database",
      actual: { databaseRight: database({ connect: false }) },
      statements: ['grant connect on database "app" to "reader"'],
    },
    {
      title: "grant USAGE on several schemas at once",
      actual: { schemas: [schemaWithout("app"), schemaWithout("shop")] },
      statements: ['grant usage on schema "app", "shop" to "reader"'],
    },
    {
      title: "grant SELECT on several tables at once",
      actual: { tables: [tableWithout("app.orders"), tableWithout("shop.items")] },
      statements: ['grant select on "app"."orders", "shop"."items" to "reader"'],
    },
    {
      title: "grant SELECT on the missing columns only, table by table",
      actual: {
        tables: [
          tableWithout("app.orders", { columns: ["id", "item"], missingColumns: ["item"] }),
          tableWithout("app.lines", { columns: ["id", "price"], missingColumns: ["id", "price"] }),
        ],
      },
      statements: [
        'grant select ("item") on "app"."orders" to "reader"',
        'grant select ("id", "price") on "app"."lines" to "reader"',
      ],
    },
    {
      title: "grant what the role can read through PUBLIC only",
      actual: {
        schemas: [schemaWithout("app", { effective: true })],
        tables: [tableWithout("app.orders", { effective: true })],
      },
      statements: ['grant usage on schema "app" to "reader"', 'grant select on "app"."orders" to "reader"'],
    },
    {
      title: "set default privileges once for all creators with the same schemas",
      actual: {
        defaults: [
          futureWithout("admin", "app"),
          futureWithout("admin", "shop"),
          futureWithout("migrator", "app"),
          futureWithout("migrator", "shop"),
          futureWithout("loader", "app"),
        ],
      },
      statements: [
        'alter default privileges for role "admin", "migrator" in schema "app", "shop" grant select on tables to "reader"',
        'alter default privileges for role "loader" in schema "app" grant select on tables to "reader"',
      ],
    },
    {
      title: "run as each owner who alone may grant, after all that the admin may grant",
      actual: {
        tables: [
          tableWithout("app.orders", { ...AS_OWNER, owner: "chief" }),
          tableWithout("app.lines"),
          tableWithout("app.items", { ...AS_OWNER, owner: "boss" }),
          tableWithout("app.sales", { ...AS_OWNER, owner: "chief" }),
        ],
      },
      statements: [
        'grant select on "app"."lines" to "reader"',
        'set local role "chief"',
        'as chief: grant select on "app"."orders", "app"."sales" to "reader"',
        "set local role to default",
        'set local role "boss"',
        'as boss: grant select on "app"."items" to "reader"',
        "set local role to default",
      ],
    },
    {
      title: "run as the owner for the database, a schema, columns and future tables too",
      actual: {
        databaseRight: database({ connect: false, owner: "chief", ...AS_OWNER }),
        schemas: [schemaWithout("app", { owner: "chief", ...AS_OWNER })],
        tables: [tableWithout("app.orders", { owner: "chief", ...AS_OWNER, columns: ["id"], missingColumns: ["id"] })],
        defaults: [futureWithout("chief", "app", AS_OWNER)],
      },
      statements: [
        'grant connect on database "app" to "reader"',
        'grant usage on schema "app" to "reader"',
        'grant select ("id") on "app"."orders" to "reader"',
        'alter default privileges in schema "app" grant select on tables to "reader"',
      ].flatMap((text) => ['set local role "chief"', `as chief: ${text}`, "set local role to default"]),
    },
    {
      title: "leave out what the admin may not grant",
      actual: {
        databaseRight: database({ connect: false, actor: "none" }),
        schemas: [schemaWithout("app"), schemaWithout("theirs", OUT_OF_REACH)],
        tables: [
          tableWithout("app.orders", OUT_OF_REACH),
          tableWithout("app.lines", { ...OUT_OF_REACH, columns: ["id"], missingColumns: ["id"] }),
        ],
        defaults: [futureWithout("stranger", "app", { actor: "none" })],
      },
      statements: ['grant usage on schema "app" to "reader"'],
    },
    {
      title: "leave policies alone",
      actual: { tables: [tableWithout("app.orders", { ...GRANTED, ...HIDING })] },
      statements: [],
    },
    {
      title: "leave a table alone whose listed columns are all granted but whose rows are hidden",
      actual: { tables: [tableWithout("app.orders", { columns: ["id"], ...HIDING })] },
      statements: [],
    },
    {
      title: "quote every name",
      actual: {
        schemas: [schemaWithout('it"s')],
        tables: [tableWithout("app.orders", { columns: ["two words"], missingColumns: ["two words"] })],
        defaults: [futureWithout("Chief", "app")],
      },
      statements: [
        'grant usage on schema "it""s" to "reader"',
        'grant select ("two words") on "app"."orders" to "reader"',
        'alter default privileges for role "Chief" in schema "app" grant select on tables to "reader"',
      ],
    },
  ])("$title", ({ actual, statements }) => {
    expect(textsOf(planGrants("reader", coverage(actual)).statements)).toEqual(statements);
  });
});

describe("the sentences about what is missing and can be granted", () => {
  test.each<{ title: string; actual: Partial<Coverage>; missing: string[] }>([
    {
      title: "name each kind of right once",
      actual: {
        databaseRight: database({ connect: false }),
        schemas: [schemaWithout("app"), schemaWithout("My Shop")],
        tables: [
          tableWithout("app.orders"),
          tableWithout("app.lines", { columns: ["id", "N"], missingColumns: ["N"] }),
        ],
        defaults: [futureWithout("migrator", "app")],
      },
      missing: [
        'role "reader" may not connect to database app',
        'role "reader" has no USAGE on schema app, schema "My Shop"',
        'role "reader" has no SELECT on app.orders, app.lines ("N")',
        'role "reader" will have no SELECT on future tables of migrator in schema app',
      ],
    },
    {
      title: "name the first five tables and count the others",
      actual: { tables: ["a", "b", "c", "d", "e", "f", "g"].map((name) => tableWithout(`app.${name}`)) },
      missing: ['role "reader" has no SELECT on app.a, app.b, app.c, app.d, app.e and 2 more'],
    },
    {
      title: "leave out what cannot be granted, hidden rows, and a table whose listed columns are all granted",
      actual: {
        tables: [
          tableWithout("app.orders", OUT_OF_REACH),
          tableWithout("app.lines", { ...GRANTED, ...HIDING }),
          tableWithout("app.items", { columns: ["id"], ...HIDING }),
        ],
      },
      missing: [],
    },
  ])("$title", ({ actual, missing }) => {
    expect(planGrants("reader", coverage(actual)).missing).toEqual(missing);
  });
});

test("what Postgres did not grant after all is not covered, in addition to what cannot be granted", () => {
  const tables = [tableWithout("app.orders"), tableWithout("app.lines", OUT_OF_REACH)];
  expect(uncoveredAfter("reader", coverage({ tables })).map(({ object, reason }) => [object, reason])).toEqual([
    ["app.lines", "only its owner stranger may grant it, and the admin is not a member of that role"],
    ["app.orders", "Postgres accepted the GRANT but did not carry it out"],
  ]);
});

test("a table counts as readable through PUBLIC or with its rows hidden, and not without SELECT or a listed column", () => {
  const tables = [
    tableWithout("app.orders", { effective: true }),
    tableWithout("app.lines", { ...GRANTED, ...HIDING }),
    tableWithout("app.items"),
    tableWithout("app.sales", { columns: ["id"], missingColumns: ["id"] }),
  ];
  expect(readableTables("reader", coverage({ databaseRight: database({ total: 10 }), tables }))).toBe(8);
});
