import { describe, expect, test } from "vitest";
import type { ActualRight } from "../../../provider/grants/sql/actual";
import { desiredBy, desiredByOthers } from "../../../provider/grants/sql/desired";
import { allScopes, type ScopeInputs, toScope } from "../../../provider/grants/sql/scope";
import type { NotedScope } from "../../../provider/postgres/sql/mark";
import { connectRight, futureRight, note, schemaRight, tableRight } from "../../support/grants/values";

const SCHEMA = { schemas: ["app"] };
const LISTED = { tables: ["app.orders", { schema: "app", name: "lines", columns: ["id"] }] };
const SCOPES: Record<string, NotedScope> = {
  "a whole schema": SCHEMA,
  "every schema": { schemas: "*" },
  "listed tables": LISTED,
  "a schema with owners": { ...SCHEMA, objectOwners: ["migrator"] },
  "an empty list": {},
};

describe("a scope of", () => {
  test.each<{ scope: string; answer: "asks for" | "does not ask for"; of: string; right: ActualRight }>([
    { scope: "a whole schema", answer: "asks for", of: "CONNECT", right: connectRight() },
    { scope: "a whole schema", answer: "asks for", of: "USAGE on its schema", right: schemaRight("app") },
    { scope: "a whole schema", answer: "asks for", of: "any table in it", right: tableRight("app.orders") },
    {
      scope: "a whole schema",
      answer: "does not ask for",
      of: "single columns in it",
      right: tableRight("app.orders.id"),
    },
    { scope: "a whole schema", answer: "asks for", of: "future tables in it", right: futureRight("admin", "app") },
    {
      scope: "a whole schema",
      answer: "asks for",
      of: "future tables in all schemas",
      right: futureRight("admin", ""),
    },
    { scope: "a whole schema", answer: "does not ask for", of: "USAGE on another schema", right: schemaRight("shop") },
    {
      scope: "a whole schema",
      answer: "does not ask for",
      of: "a table in another schema",
      right: tableRight("shop.items"),
    },
    {
      scope: "a whole schema",
      answer: "does not ask for",
      of: "future tables in another schema",
      right: futureRight("admin", "shop"),
    },
    { scope: "every schema", answer: "asks for", of: "USAGE on a schema", right: schemaRight("shop") },
    { scope: "every schema", answer: "asks for", of: "a table", right: tableRight("shop.items") },
    { scope: "every schema", answer: "asks for", of: "future tables", right: futureRight("admin", "shop") },
    { scope: "listed tables", answer: "asks for", of: "CONNECT", right: connectRight() },
    { scope: "listed tables", answer: "asks for", of: "USAGE on the schema of its tables", right: schemaRight("app") },
    { scope: "listed tables", answer: "asks for", of: "a listed table", right: tableRight("app.orders") },
    {
      scope: "listed tables",
      answer: "does not ask for",
      of: "a column of a whole table",
      right: tableRight("app.orders.id"),
    },
    { scope: "listed tables", answer: "asks for", of: "a listed column", right: tableRight("app.lines.id") },
    {
      scope: "listed tables",
      answer: "does not ask for",
      of: "the whole table of a listed column",
      right: tableRight("app.lines"),
    },
    { scope: "listed tables", answer: "does not ask for", of: "another column", right: tableRight("app.lines.price") },
    { scope: "listed tables", answer: "does not ask for", of: "another table", right: tableRight("app.items") },
    {
      scope: "listed tables",
      answer: "does not ask for",
      of: "a table of that name elsewhere",
      right: tableRight("shop.orders"),
    },
    { scope: "listed tables", answer: "does not ask for", of: "future tables", right: futureRight("admin", "app") },
    {
      scope: "listed tables",
      answer: "does not ask for",
      of: "future tables in all schemas",
      right: futureRight("admin", ""),
    },
    {
      scope: "a schema with owners",
      answer: "asks for",
      of: "future tables of its owners",
      right: futureRight("migrator", "app"),
    },
    {
      scope: "a schema with owners",
      answer: "does not ask for",
      of: "future tables of another owner",
      right: futureRight("admin", "app"),
    },
    { scope: "an empty list", answer: "asks for", of: "CONNECT", right: connectRight() },
    { scope: "an empty list", answer: "does not ask for", of: "USAGE", right: schemaRight("app") },
  ])("$scope $answer $of", ({ scope, answer, right }) => {
    expect(desiredBy(SCOPES[scope] ?? {})(right)).toBe(answer === "asks for");
  });

  test("columns of one table in two entries asks for the columns of both", () => {
    const entry = (column: string) => ({ schema: "app", name: "lines", columns: [column] });
    const both = desiredBy({ tables: [entry("id"), entry("price")] });
    expect(["id", "price"].map((column) => both(tableRight(`app.lines.${column}`)))).toEqual([true, true]);
  });

  test("a whole schema and listed columns of one of its tables asks for both", () => {
    const both = desiredBy({ ...SCHEMA, ...LISTED });
    expect([tableRight("app.lines"), tableRight("app.lines.id"), tableRight("app.lines.price")].map(both)).toEqual([
      true,
      true,
      false,
    ]);
  });
});

describe("other grants of the same role", () => {
  const orders = tableRight("app.orders");
  test.each([
    { title: "ask for nothing if there are none", others: [], asks: false },
    {
      title: "ask for what one of them lists",
      others: [note("a", { scope: {} }), note("b", { scope: LISTED })],
      asks: true,
    },
    {
      title: "do not ask for what none of them lists",
      others: [note("a", { scope: { tables: ["app.lines"] } })],
      asks: false,
    },
    { title: "may ask for anything if a scope is not noted", others: [note("a")], asks: true },
  ])("$title", ({ others, asks }) => {
    expect(desiredByOthers(others)(orders)).toBe(asks);
  });
});

describe("the scope of a read", () => {
  const columns = { schema: "app", name: "lines", columns: ["id"] };
  test.each<{ title: string; inputs: ScopeInputs; schemas: string[] | "*"; tables: object[] }>([
    {
      title: "leaves out listed tables whose schema is read anyway",
      inputs: { schemas: ["app"], tables: ["app.orders", "shop.items"] },
      schemas: ["app"],
      tables: [{ schema: "shop", name: "items" }],
    },
    {
      title: "keeps listed tables next to every schema, which may exclude them",
      inputs: { schemas: "*", tables: ["app.orders"] },
      schemas: "*",
      tables: [{ schema: "app", name: "orders" }],
    },
    { title: "keeps columns", inputs: { tables: [columns] }, schemas: [], tables: [columns] },
  ])("$title", ({ inputs, schemas, tables }) => {
    expect(toScope(inputs)).toEqual({ schemas, tables, objectOwners: undefined });
  });

  test("is the union of several scopes, with each table once and whole", () => {
    const first = { schemas: ["shop"], tables: ["app.orders", columns], objectOwners: ["migrator"] };
    const second = { schemas: ["app"], tables: ["app.orders"] };
    expect(allScopes([first, second])).toEqual({
      schemas: ["shop", "app"],
      tables: [
        { schema: "app", name: "orders", columns: undefined },
        { schema: "app", name: "lines", columns: undefined },
      ],
    });
    expect(allScopes([first, { schemas: "*" }]).schemas).toBe("*");
  });
});
