import { expect, test } from "vitest";
import { currentScope } from "../../provider/grants/currentScope";
import { displayMissing, type MissingName } from "../../provider/grants/sql/missing";
import type { Renaming } from "../../provider/grants/sql/renamings";
import type { NamedObject, ScopeInputs } from "../../provider/grants/sql/scope";

const missing = (kind: "schema" | "role", name: string): MissingName => ({ kind, schema: null, table: null, name });
const missingTable = (schema: string, name: string): MissingName => ({ kind: "table", schema, table: name, name });
const missingColumn = (schema: string, table: string, name: string): MissingName => ({
  kind: "column",
  schema,
  table,
  name,
});

const object = (kind: NamedObject["kind"], path: string, columns: NamedObject["columns"] = null): NamedObject => {
  const [schema, name] = kind === "table" ? path.split(".") : [null, path];
  return { kind, oid: 5, schema: schema ?? null, name: name ?? "", columns };
};
const renamed = (kind: NamedObject["kind"], before: string, now: string): Renaming => ({
  before: object(kind, before),
  now: object(kind, now),
});
const COLUMNS = { schema: "app", name: "orders", columns: ["id", "item"] };
const renamedColumn: Renaming = {
  before: object("table", "app.orders", { 1: "id", 2: "item" }),
  now: object("table", "app.orders", { 1: "id", 2: "thing" }),
};

test.each<{
  title: string;
  scope: ScopeInputs;
  missing?: MissingName[];
  renamed?: Renaming[];
  current: ScopeInputs;
}>([
  {
    title: "unchanged if nothing is missing, whatever else has a new name",
    scope: { schemas: ["app", "shop"], tables: ["app.items", COLUMNS], objectOwners: ["migrator"] },
    renamed: [renamed("schema", "other", "another")],
    current: { schemas: ["app", "shop"], tables: ["app.items", COLUMNS], objectOwners: ["migrator"] },
  },
  {
    title: "still every schema",
    scope: { schemas: "*" },
    missing: [missing("schema", "app")],
    current: { schemas: "*" },
  },
  {
    title: "without a dropped schema, and with the new name of another",
    scope: { schemas: ["app", "gone", "shop"] },
    missing: [missing("schema", "gone"), missing("schema", "shop")],
    renamed: [renamed("schema", "shop", "a_shop")],
    current: { schemas: ["a_shop", "app"] },
  },
  {
    title: "with one entry for two schemas that have one name now",
    scope: { schemas: ["app", "shop"] },
    missing: [missing("schema", "shop")],
    renamed: [renamed("schema", "shop", "app")],
    current: { schemas: ["app"] },
  },
  {
    title: "without a dropped role, and with the new name of another",
    scope: { objectOwners: ["boss", "gone"] },
    missing: [missing("role", "boss"), missing("role", "gone")],
    renamed: [renamed("role", "boss", "chief"), renamed("schema", "gone", "a_schema")],
    current: { objectOwners: ["chief"] },
  },
  {
    title: "without a dropped table, and with the new names of a renamed and a moved one",
    scope: { tables: ["app.gone", "app.lines", "app.orders"] },
    missing: ["gone", "lines", "orders"].map((name) => missingTable("app", name)),
    renamed: [renamed("table", "app.orders", "app.sales"), renamed("table", "app.lines", "archive.lines")],
    current: { tables: ["app.sales", "archive.lines"] },
  },
  {
    title: "with the name of a table that another table has now",
    scope: { tables: ["app.orders"] },
    renamed: [renamed("table", "app.orders", "app.orders_old")],
    current: { tables: ["app.orders"] },
  },
  {
    title: "without a dropped column",
    scope: { tables: [COLUMNS] },
    missing: [missingColumn("app", "orders", "item")],
    current: { tables: [{ ...COLUMNS, columns: ["id"] }] },
  },
  {
    title: "with the new name of a column",
    scope: { tables: [COLUMNS] },
    missing: [missingColumn("app", "orders", "item")],
    renamed: [renamedColumn],
    current: { tables: [{ ...COLUMNS, columns: ["id", "thing"] }] },
  },
  {
    title: "with the new names of a table and its column",
    scope: { tables: [COLUMNS] },
    missing: [missingTable("app", "orders")],
    renamed: [{ ...renamedColumn, now: { ...renamedColumn.now, name: "sales" } }],
    current: { tables: [{ schema: "app", name: "sales", columns: ["id", "thing"] }] },
  },
])("after a refresh the scope is $title", ({ scope, missing: gone = [], renamed: all = [], current }) => {
  expect(currentScope(scope, gone, all)).toEqual(current);
});

test("missing objects are displayed with their kinds", () => {
  const all = [missing("schema", "My Shop"), missing("role", "boss"), missingTable("app", "orders")];
  expect([...all, missingColumn("app", "orders", "No")].map(displayMissing)).toEqual([
    'schema "My Shop"',
    "role boss",
    "table app.orders",
    'column "No" of app.orders',
  ]);
});
