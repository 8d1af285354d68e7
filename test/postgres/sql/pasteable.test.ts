import { describe, expect, test } from "vitest";
import { pasteable, portable } from "../../../provider/postgres/sql/pasteable";
import { type RowSecurity, rowsFix } from "../../../provider/postgres/sql/rowSecurity";

describe("SQL to paste is one transaction", () => {
  const PATH = "SET LOCAL search_path = pg_catalog, pg_temp";

  test.each([
    { that: "has no expression, and sets nothing", expression: null, sets: [] },
    { that: "has an expression, and sets the search path", expression: "(id > 5)", sets: [PATH] },
    {
      that: "has an interval, and sets its style",
      expression: "(age > '1 day'::interval)",
      sets: [PATH, "SET LOCAL intervalstyle = postgres"],
    },
    {
      that: "has an array, and sets how its NULLs are read",
      expression: "(tags = '{NULL,a}')",
      sets: [PATH, "SET LOCAL array_nulls = on"],
    },
  ])("that $that", ({ expression, sets }) => {
    expect(pasteable("SELECT 1", expression)).toBe(["BEGIN", ...sets, "SELECT 1", "COMMIT"].join("; "));
  });
});

describe("a deparsed expression", () => {
  test.each([
    { that: "has no backslash stays the same", given: "(note = 'it''s')", made: "(note = 'it''s')" },
    {
      that: "has one in a string gets an E'…'",
      given: String.raw`(note = 'a\b')`,
      made: String.raw`(note =  E'a\\b')`,
    },
    { that: "has one in a name stays the same", given: String.raw`("a\b" = 'c')`, made: String.raw`("a\b" = 'c')` },
    {
      that: "has one between the quotes of two strings stays the same",
      given: String.raw`('a' ~ "\" and 'b')`,
      made: String.raw`('a' ~ "\" and 'b')`,
    },
  ])("that $that", ({ given, made }) => {
    expect(portable(given)).toBe(made);
  });
});

describe("the fix of row-level security", () => {
  const table = { schema: "public", name: "orders", rowsHeldBy: null };
  const POLICY = `CREATE POLICY "reader reads all" ON "public"."orders" FOR SELECT TO "reader" USING (true) /* drop the policy before you destroy the user */`;
  const few = { name: "few", qual: "(id > 5)" };
  const FEW =
    "BEGIN; SET LOCAL search_path = pg_catalog, pg_temp; " +
    `ALTER POLICY "few" ON "public"."orders" USING (((id > 5)) OR current_user = 'reader'); COMMIT`;

  test.each<{ when: string; rows: Omit<RowSecurity, "rowsHeldBy">; fix: string }>([
    { when: "no policy shows the rows: adds one", rows: { showsRows: false, narrowedBy: [] }, fix: POLICY },
    {
      when: "a policy shows the rows and a restrictive one hides some: widens that one",
      rows: { showsRows: true, narrowedBy: [few] },
      fix: FEW,
    },
    {
      when: "no policy shows the rows and restrictive ones hide some: does both",
      rows: { showsRows: false, narrowedBy: [few, few] },
      fix: [POLICY, FEW, FEW].join("; "),
    },
  ])("if $when", ({ rows, fix }) => {
    expect(rowsFix({ ...table, ...rows }, "reader")).toBe(fix);
  });
});
