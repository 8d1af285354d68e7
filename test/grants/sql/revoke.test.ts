import { describe, expect, test } from "vitest";
import { type ActualRight, displayRights, relationsOf } from "../../../provider/grants/sql/actual";
import { planRevoke } from "../../../provider/grants/sql/revoke";
import { connectRight, futureRight, schemaRight, tableRight, textsOf } from "../../support/grants/values";

const AS_OWNER = { actor: "owner", owner: "chief", grantor: "chief" } as const;

describe("the statements that revoke rights", () => {
  test.each<{ title: string; going: ActualRight[]; staying?: ActualRight[]; statements: string[] }>([
    { title: "are none if nothing goes", going: [], staying: [tableRight("app.orders")], statements: [] },
    {
      title: "revoke SELECT on several tables at once",
      going: [tableRight("app.orders"), tableRight("shop.items")],
      statements: ['revoke select on "app"."orders", "shop"."items" from "reader"'],
    },
    {
      title: "revoke SELECT on columns table by table, and name each column once",
      going: [
        tableRight("app.orders.id"),
        tableRight("app.lines.price"),
        tableRight("app.orders.item"),
        tableRight("app.orders.id", { grantor: "other" }),
      ],
      statements: [
        'revoke select ("id", "item") on "app"."orders" from "reader"',
        'revoke select ("price") on "app"."lines" from "reader"',
      ],
    },
    {
      title: "grant the columns again that stay when the right on their table goes",
      going: [tableRight("app.orders"), tableRight("app.lines")],
      staying: [tableRight("app.orders.id"), tableRight("app.orders.item"), tableRight("app.items.id")],
      statements: [
        'revoke select on "app"."orders", "app"."lines" from "reader"',
        'grant select ("id", "item") on "app"."orders" to "reader"',
      ],
    },
    {
      title: "do not grant a column again that another role granted, since the REVOKE does not affect it",
      going: [tableRight("app.orders")],
      staying: [tableRight("app.orders.id", { grantor: "other" })],
      statements: ['revoke select on "app"."orders" from "reader"'],
    },
    {
      title: "do not grant a column again that goes too",
      going: [tableRight("app.orders"), tableRight("app.orders.id")],
      statements: [
        'revoke select on "app"."orders" from "reader"',
        'revoke select ("id") on "app"."orders" from "reader"',
      ],
    },
    {
      title: "revoke default privileges once for all creators with the same schemas",
      going: [
        futureRight("admin", "app"),
        futureRight("admin", "shop"),
        futureRight("migrator", "app"),
        futureRight("loader", "app"),
      ],
      statements: [
        'alter default privileges for role "admin" in schema "app", "shop" revoke select on tables from "reader"',
        'alter default privileges for role "migrator", "loader" in schema "app" revoke select on tables from "reader"',
      ],
    },
    {
      title: "start with default privileges, and end with schemas and the database",
      going: [
        connectRight(),
        schemaRight("app"),
        schemaRight("shop"),
        tableRight("app.lines.id"),
        tableRight("app.orders"),
        futureRight("admin", "app"),
      ],
      statements: [
        'alter default privileges for role "admin" in schema "app" revoke select on tables from "reader"',
        'revoke select on "app"."orders" from "reader"',
        'revoke select ("id") on "app"."lines" from "reader"',
        'revoke usage on schema "app", "shop" from "reader"',
        'revoke connect on database "app" from "reader"',
      ],
    },
    {
      title: "run as the owner where only the owner may revoke",
      going: [
        tableRight("app.orders"),
        tableRight("app.lines", AS_OWNER),
        schemaRight("app", AS_OWNER),
        futureRight("chief", "app", { actor: "owner" }),
      ],
      staying: [tableRight("app.lines.id", AS_OWNER)],
      statements: [
        'set local role "chief"',
        'as chief: alter default privileges in schema "app" revoke select on tables from "reader"',
        "set local role to default",
        'revoke select on "app"."orders" from "reader"',
        'set local role "chief"',
        'as chief: revoke select on "app"."lines" from "reader"',
        'as chief: grant select ("id") on "app"."lines" to "reader"',
        "set local role to default",
        'set local role "chief"',
        'as chief: revoke usage on schema "app" from "reader"',
        "set local role to default",
      ],
    },
    {
      title: "leave alone what the admin may not revoke",
      going: [
        tableRight("app.orders", { actor: "none" }),
        tableRight("app.lines.id", { actor: "none" }),
        schemaRight("app", { actor: "none" }),
        futureRight("stranger", "app", { actor: "none" }),
        connectRight({ actor: "none" }),
      ],
      statements: [],
    },
    {
      title: "quote every name",
      going: [tableRight('app.it"s.two words'), schemaRight("My Shop")],
      statements: [
        'revoke select ("two words") on "app"."it""s" from "reader"',
        'revoke usage on schema "My Shop" from "reader"',
      ],
    },
  ])("$title", ({ going, staying = [], statements }) => {
    expect(textsOf(planRevoke("reader", "app", [...going, ...staying], going))).toEqual(statements);
  });
});

const EACH_KIND = [
  connectRight(),
  schemaRight("app"),
  futureRight("migrator", "app"),
  futureRight("migrator", ""),
  tableRight("app.orders"),
  tableRight("app.orders.id", { grantor: "Chief" }),
];

test("rights are displayed with their objects and grantors, the first five of them", () => {
  expect(displayRights(EACH_KIND.slice(0, 3))).toBe(
    "connect app (by admin), schema app (by admin), future tables in app (by migrator)",
  );
  expect(displayRights(EACH_KIND.slice(3))).toBe(
    'future tables in all schemas (by migrator), table app.orders (by admin), column app.orders.id (by "Chief")',
  );
  expect(displayRights(EACH_KIND)).toMatch(/, table app\.orders \(by admin\) and 1 more$/);
});

test("only tables and their columns need locks, and each table once", () => {
  expect(relationsOf([...EACH_KIND, { kind: "v", schema: "shop", name: "items" }])).toEqual([
    '"app"."orders"',
    '"shop"."items"',
  ]);
});
