import { expect, test } from "vitest";
import type { ActualRight } from "../../../provider/grants/sql/actual";
import { preexistingAmong, rightKey } from "../../../provider/grants/sql/preexisting";

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
};
const future: ActualRight = { ...orders, kind: "default", name: "admin", oid: 10 };
const found = (actual: ActualRight[], keys: string[], byName = false) => [
  ...preexistingAmong(actual, { found: keys }, byName),
];

test("a right is found again by its object under another name and owner, and not by its name on another object", () => {
  const renamed = { ...orders, name: "sales", owner: "chief", grantor: "chief", grantorOid: 11 };
  const another = { ...orders, oid: 6 };
  expect(found([renamed, another], [rightKey(orders)])).toEqual([renamed]);
});

test("where the object is gone, or the database was moved, the names count", () => {
  const another = { ...orders, oid: 6 };
  expect(found([another], [rightKey(orders)])).toEqual([another]);
  const shifted = { ...orders, name: "lines" };
  expect(found([shifted, another], [rightKey(orders)], true)).toEqual([another]);
});

test("a state of the first version, with names alone, is understood", () => {
  const other = { ...orders, name: "lines", oid: 6 };
  const keys = ['["table","app","orders","admin"]'];
  expect(found([orders, other], keys)).toEqual([orders]);
  expect(found([orders, future], ['["default","app","admin","admin"]'])).toEqual([orders, future]);
});
