import { expect, test } from "vitest";
import type { ActualRight } from "../../../provider/grants/sql/actual";
import { comesByDefault, isRightKey, preexistingAmong, rightKey } from "../../../provider/grants/sql/preexisting";
import { futureRight, schemaRight, tableRight } from "../../support/grants/values";

const orders: ActualRight = {
  kind: "table",
  schema: "app",
  name: "orders",
  column: null,
  oid: 5,
  schemaOid: 2,
  columnNumber: 0,
  grantorOid: 10,
  owner: "admin",
  grantor: "admin",
  actor: "self",
  roots: [],
};
const future: ActualRight = { ...orders, kind: "default", name: "admin", oid: 10 };
const found = (actual: ActualRight[], keys: string[], byName = false) => [
  ...preexistingAmong(actual, { found: keys }, byName),
];

test("a right is recognized by the OID of its object, despite a new name or owner, and not by its name on another object", () => {
  const renamed = { ...orders, name: "sales", owner: "chief", grantor: "chief", grantorOid: 11 };
  const another = { ...orders, oid: 6 };
  expect(found([renamed, another], [rightKey(orders)])).toEqual([renamed]);
});

test("if the object is gone, or the database was moved, the names count", () => {
  const another = { ...orders, oid: 6 };
  expect(found([another], [rightKey(orders)])).toEqual([another]);
  const shifted = { ...orders, name: "lines" };
  expect(found([shifted, another], [rightKey(orders)], true)).toEqual([another]);
});

test("a state of the first version, which has names only, still works", () => {
  const other = { ...orders, name: "lines", oid: 6 };
  const keys = ['["table","app","orders","admin"]'];
  expect(found([orders, other], keys)).toEqual([orders]);
  expect(found([orders, future], ['["default","app","admin","admin"]'])).toEqual([orders, future]);
});

test("a later table's right comes from earlier default privileges of its owner, unless these grants gave it", () => {
  const defaults = futureRight("admin", "app");
  const [own, later, elsewhere] = [tableRight("app.orders"), tableRight("app.lines"), tableRight("shop.items")];
  const earlier = { found: [rightKey(defaults)], given: [rightKey(own)] };
  expect([...preexistingAmong([defaults, own, later, elsewhere], earlier, false)]).toEqual([defaults, later]);
});

test.each<{ title: string; right: ActualRight; comes: boolean }>([
  { title: "a table of that role in that schema", right: tableRight("app.orders"), comes: true },
  { title: "a table of that role in another schema", right: tableRight("shop.items"), comes: false },
  { title: "a table of another role", right: tableRight("app.orders", { grantorOid: 7 }), comes: false },
  { title: "a column", right: tableRight("app.orders.id"), comes: false },
  { title: "a schema", right: schemaRight("app"), comes: false },
])("whether the right on $title comes from default privileges of a role in a schema: $comes", ({ right, comes }) => {
  expect(comesByDefault([rightKey(futureRight("admin", "app")), rightKey(schemaRight("shop"))])(right)).toBe(comes);
});

test("default privileges for all schemas are the origin of a right in any of them", () => {
  const comes = comesByDefault([rightKey(futureRight("admin", ""))]);
  expect([tableRight("app.orders"), tableRight("shop.items")].map(comes)).toEqual([true, true]);
});

test.each<{ title: string; key: unknown; is: boolean }>([
  { title: "what is not JSON", key: "orders", is: false },
  { title: "a JSON object", key: '{"kind":"table"}', is: false },
  { title: "names without OIDs, as in the first version", key: '["table","app","orders","admin"]', is: false },
  { title: "a number", key: 7, is: false },
  { title: "a key", key: rightKey(orders), is: true },
])("whether $title in a comment is the key of a right: $is", ({ key, is }) => {
  expect(isRightKey(key)).toBe(is);
});
