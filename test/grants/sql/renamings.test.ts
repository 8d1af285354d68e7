import { describe, expect, test } from "vitest";
import type { ActualRight } from "../../../provider/grants/sql/actual";
import { formatObjects, type ObjectNow, parseObjects, stillKnown } from "../../../provider/grants/sql/objects";
import { formerName, renamingSentences, renamings } from "../../../provider/grants/sql/renamings";
import type { NamedObject } from "../../../provider/grants/sql/scope";
import { connectRight, futureRight, schemaRight, tableRight } from "../../support/grants/values";

const schema = (oid: number, name: string): NamedObject => ({ kind: "schema", oid, schema: null, name, columns: null });
const role = (oid: number, name: string): NamedObject => ({ ...schema(oid, name), kind: "role" });
const table = (oid: number, path: string, columns: Record<string, string> | null = null): NamedObject => {
  const [of = "", name = ""] = path.split(".");
  return { kind: "table", oid, schema: of, name, columns };
};
const known = (object: NamedObject): ObjectNow => ({ ...object, named: false });
const named = (object: NamedObject): ObjectNow => ({ ...object, named: true });

describe("a refresh says of an object", () => {
  test.each<{ title: string; before: NamedObject[]; now: NamedObject[]; sentences: string[] }>([
    {
      title: "nothing if it has its name still",
      before: [schema(2, "app"), role(3, "migrator"), table(5, "app.orders", { 1: "id" })],
      now: [schema(2, "app"), role(3, "migrator"), table(5, "app.orders", { 1: "id" })],
      sentences: [],
    },
    { title: "nothing if it was dropped", before: [schema(2, "app"), table(5, "app.orders")], now: [], sentences: [] },
    {
      title: "nothing if another object has its OID",
      before: [schema(2, "app")],
      now: [role(2, "migrator")],
      sentences: [],
    },
    {
      title: "the new name of a schema",
      before: [schema(2, "app")],
      now: [schema(2, "My Shop")],
      sentences: ['schema app is now called "My Shop"'],
    },
    {
      title: "the new name of a role",
      before: [role(3, "migrator")],
      now: [role(3, "chief")],
      sentences: ["role migrator is now called chief"],
    },
    {
      title: "the new name of a table",
      before: [table(5, "app.orders")],
      now: [table(5, "app.sales")],
      sentences: ["table app.orders is now called app.sales"],
    },
    {
      title: "the new schema of a table",
      before: [schema(2, "app"), table(5, "app.orders")],
      now: [schema(2, "app"), table(5, "archive.orders")],
      sentences: ["table app.orders is now called archive.orders"],
    },
    {
      title: "the new name of a schema only, and not of its tables",
      before: [schema(2, "app"), table(5, "app.orders")],
      now: [schema(2, "shop"), table(5, "shop.orders")],
      sentences: ["schema app is now called shop"],
    },
    {
      title: "the new names of a schema and a table in it",
      before: [schema(2, "app"), table(5, "app.orders")],
      now: [schema(2, "shop"), table(5, "shop.sales")],
      sentences: ["schema app is now called shop", "table app.orders is now called shop.sales"],
    },
    {
      title: "the new name of a listed column",
      before: [table(5, "app.orders", { 1: "id", 2: "item" })],
      now: [table(5, "app.orders", { 1: "id", 2: "thing" })],
      sentences: ["column item of app.orders is now called thing"],
    },
  ])("$title", ({ before, now, sentences }) => {
    expect(renamingSentences(renamings(before, now.map(known)))).toEqual(sentences);
  });

  test("nothing that only the names of the program refer to now", () => {
    expect(renamings([table(5, "app.orders")], [named(table(5, "app.sales"))])).toEqual([]);
  });
});

describe("a right under the former names of its objects", () => {
  const before = [schema(200 + "s".charCodeAt(0), "app"), role(400 + "c".charCodeAt(0), "migrator")];
  const orders = table(103, "app.orders", { ["i".charCodeAt(0)]: "item" });
  test.each<{ title: string; right: ActualRight; former: Partial<ActualRight> }>([
    { title: "a table", right: tableRight("shop.sales"), former: { schema: "app", name: "orders" } },
    {
      title: "a column",
      right: tableRight("shop.sales.inventory"),
      former: { schema: "app", name: "orders", column: "item" },
    },
    {
      title: "a column that was not listed",
      right: tableRight("shop.sales.price"),
      former: { schema: "app", name: "orders", column: "price" },
    },
    {
      title: "a table that was not listed, in a renamed schema",
      right: tableRight("shop.lines"),
      former: { schema: "app" },
    },
    { title: "a schema", right: schemaRight("shop"), former: { schema: "app" } },
    { title: "future tables", right: futureRight("chief", "shop"), former: { schema: "app", name: "migrator" } },
    { title: "future tables of an unknown role", right: futureRight("boss", "shop"), former: { schema: "app" } },
    { title: "CONNECT", right: connectRight(), former: {} },
    { title: "a table of which nothing is known", right: tableRight("other.items"), former: {} },
  ])("of $title", ({ right, former }) => {
    expect(formerName([...before, orders])(right)).toEqual({ ...right, ...former });
  });
});

describe("the objects in the state", () => {
  test("are one text that gives them back", () => {
    const objects = [schema(2, "app"), role(3, "migrator"), table(5, "app.orders"), table(6, "app.it's", { 1: "id" })];
    expect(formatObjects(objects, [])).toBe(
      '[["schema",2,"app"],["role",3,"migrator"],["table",5,"app","orders"],["table",6,"app","it\'s",{"1":"id"}]]',
    );
    expect(parseObjects(formatObjects(objects, []))).toEqual({ objects, leaves: [] });
    const leaves = [
      { root: 5, schema: "app", name: "orders", columns: null, leaves: [7, 8], spaces: [2] },
      { root: 6, schema: "app", name: "it's", columns: ["id"], leaves: [9], spaces: [2, 3] },
    ];
    expect(parseObjects(formatObjects(objects, leaves))).toEqual({ objects, leaves });
  });

  test.each<{ title: string; before: NamedObject[]; found: ObjectNow[]; after: NamedObject[] }>([
    {
      title: "keep the name from before the rename, so that a second refresh reports it again",
      before: [table(5, "app.orders")],
      found: [known(table(5, "app.sales"))],
      after: [table(5, "app.orders")],
    },
    { title: "lose what was dropped", before: [table(5, "app.orders")], found: [], after: [] },
    {
      title: "gain what a name of the program refers to now",
      before: [table(5, "app.orders")],
      found: [known(table(5, "app.sales")), named(table(7, "app.orders"))],
      after: [table(5, "app.orders"), table(7, "app.orders")],
    },
    {
      title: "gain a listed column, and keep the former names of the others",
      before: [table(5, "app.orders", { 2: "item" })],
      found: [known(table(5, "app.orders", { 2: "thing" })), named(table(5, "app.orders", { 1: "id", 2: "thing" }))],
      after: [table(5, "app.orders", { 1: "id", 2: "item" })],
    },
  ])("$title", ({ before, found, after }) => {
    expect(stillKnown(before, found)).toEqual(after);
  });
});
