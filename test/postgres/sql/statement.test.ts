import { describe, expect, test } from "vitest";
import {
  mapAnswer,
  qualified,
  queryNothing,
  queryOneRow,
  queryRow,
  queryRows,
  statement,
} from "../../../provider/postgres/sql/statement";

const ROWS = [{ n: 1 }, { n: 2 }];

describe("the answer to a query", () => {
  test.each([
    { query: queryRows("select n"), rows: ROWS, answer: ROWS },
    { query: queryRows("select n"), rows: [], answer: [] },
    { query: queryRow("select n"), rows: ROWS, answer: { n: 1 } },
    { query: queryRow("select n"), rows: [], answer: undefined },
    { query: queryOneRow("select n"), rows: ROWS, answer: { n: 1 } },
    { query: queryNothing("nothing"), rows: ROWS, answer: "nothing" },
    { query: mapAnswer(queryRows("select n"), (rows) => rows.length), rows: ROWS, answer: 2 },
  ])("$query.text with rows $rows is read as $answer", ({ query, rows, answer }) => {
    expect(query.read(rows)).toEqual(answer);
  });

  test("of a query that must return a row fails without one, and names the query", () => {
    expect(() => queryOneRow("\n  select n ").read([])).toThrow("no row was returned by: select n");
  });
});

test("a statement has values only if it is given some", () => {
  expect(statement("select 1")).toEqual({ text: "select 1" });
  expect(statement("select $1", ["a"])).toEqual({ text: "select $1", values: ["a"] });
});

test.each([
  [{ schema: "public", name: "orders" }, '"public"."orders"'],
  [{ schema: "a.b", name: 'c"d' }, '"a.b"."c""d"'],
])("%j is written as %s", (name, text) => {
  expect(qualified(name)).toBe(text);
});
