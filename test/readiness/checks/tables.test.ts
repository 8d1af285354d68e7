import { describe, expect, test } from "vitest";
import { readinessReport } from "../../../provider/readiness/checks/report";
import { blocked, type Case, FACTS, warning, withPublication, withTable, wrongIn } from "../../support/readiness/facts";

const ORDERS = 'ALTER TABLE "public"."orders"';
const AS_SNAPSHOT = { mode: "snapshot" } as const;
const VIEW = { exists: true, kind: "v", identity: "n", hasKey: false };

const CASES: Case[] = [
  {
    when: "the publication is empty",
    facts: { ...FACTS, tables: [] },
    finds: [
      blocked(
        "tables",
        "there are no tables to replicate",
        'add tables to the publication (ALTER PUBLICATION "pipe" ADD TABLE …)',
      ),
    ],
  },
  {
    when: "a snapshot has neither a list nor a publication",
    facts: withPublication({ exists: false }, { ...AS_SNAPSHOT, tables: [] }),
    finds: [
      blocked(
        "tables",
        '`tables` is not set, and publication "pipe", which would supply them, does not exist',
        "set `tables`",
      ),
    ],
  },
  {
    when: "a listed table does not exist",
    facts: withTable({ exists: false, kind: " ", usage: true, selectable: false, published: false, hasKey: false }),
    finds: [
      blocked(
        "tablesExist",
        "no such table: public.orders",
        "create public.orders, or leave it out; if it was dropped, run `pulumi refresh` to forget it",
      ),
    ],
  },
  {
    when: "a table has a dot in its name",
    facts: withTable({ name: "a.b" }),
    finds: [
      blocked(
        "tableNames",
        'ClickPipes does not support a dot in the name of a table or schema: public."a.b"',
        'ALTER TABLE "public"."a.b" RENAME TO "a_b" /* then write the new name in `tables` */',
      ),
    ],
  },
  {
    when: "a table and its schema have a dot in their names",
    facts: withTable({ schema: "s.t", name: "a.b" }),
    finds: [
      blocked(
        "tableNames",
        'ClickPipes does not support a dot in the name of a table or schema: "s.t"."a.b"',
        'ALTER SCHEMA "s.t" RENAME TO "s_t"; ALTER TABLE "s_t"."a.b" RENAME TO "a_b" /* then write the new name in `tables` */',
      ),
    ],
  },
  {
    when: "a table is a view",
    facts: withTable(VIEW),
    finds: [
      blocked(
        "tableKinds",
        "not an ordinary or partitioned table, or not logged: public.orders",
        "leave public.orders out, and replicate its underlying tables",
      ),
    ],
  },
  {
    when: "a table is unlogged",
    facts: withTable({ persistent: false }),
    finds: [
      blocked(
        "tableKinds",
        "not an ordinary or partitioned table, or not logged: public.orders",
        `${ORDERS} SET LOGGED`,
      ),
    ],
  },
  {
    when: "a partition is listed instead of its published parent",
    facts: withTable({ partition: true, publishedParent: { schema: "public", name: "parent" } }),
    finds: [
      blocked(
        "partitions",
        "changes to these partitions arrive under the name of their parent: public.orders",
        "replicate public.parent instead of public.orders",
      ),
    ],
  },
  { when: "a partition is listed whose parent is not published", facts: withTable({ partition: true }), finds: [] },
  {
    when: "the role lacks USAGE on a schema",
    facts: withTable({ usage: false }),
    finds: [
      blocked(
        "usage",
        'role "reader" has no USAGE on the schema of: public.orders',
        'GRANT USAGE ON SCHEMA "public" TO "reader"',
      ),
    ],
  },
  {
    when: "the role lacks SELECT on the columns in the pipe",
    facts: withTable({ selectable: false, columns: ["id", "Note"] }),
    finds: [
      blocked(
        "select",
        'role "reader" cannot read all columns of: public.orders',
        'GRANT SELECT ("id", "Note", "ctid") ON "public"."orders" TO "reader"',
      ),
    ],
  },
  {
    when: "all columns are excluded",
    facts: withTable({ columns: [], columnless: true }),
    finds: [
      blocked(
        "columnsLeft",
        "no column, or all columns are excluded: public.orders",
        "leave public.orders out, or remove columns from its `excludedColumns`",
      ),
    ],
  },
  {
    when: "an excluded column does not exist",
    facts: withTable({ unknownColumns: ["notes"] }),
    finds: [
      warning(
        "excludedColumns",
        "excluded columns that do not exist, and so have no effect: public.orders (notes)",
        "correct `excludedColumns` of public.orders",
      ),
    ],
  },
];

describe("the report on tables, if", () => {
  test.each(CASES)("$when", ({ facts, finds }) => {
    expect(wrongIn(facts)).toEqual(finds);
  });

  test("nothing says which tables there are, has no line about them", () => {
    const checks = readinessReport(withPublication({ exists: false }, { tables: [] })).map(({ check }) => check);
    expect(checks).toContain("publication");
    for (const check of ["tables", "tablesExist", "usage", "identity", "generatedKey", "applicationWrites"])
      expect(checks).not.toContain(check);
  });
});
