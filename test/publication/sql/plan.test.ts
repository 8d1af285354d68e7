import { describe, expect, test } from "vitest";
import { planPublication } from "../../../provider/publication/sql/plan";
import { aDesired, anActual, texts } from "../../support/publication/plans";

const T = { schema: "s", name: "t" };
const PAID = { ...T, where: "paid" };
/** What the server made of the program's `paid`. */
const KNOWN = { '"s"."t"': { given: "paid", stored: "(paid)", tree: "1" } };

interface Case {
  title: string;
  actual?: Parameters<typeof anActual>[0];
  desired?: Parameters<typeof aDesired>[0];
  filters?: Record<string, { given: string; stored: string }>;
  superuser?: boolean;
}

const plan = ({ actual, desired, filters = {}, superuser = false }: Case) =>
  planPublication(aDesired(desired), anActual(actual), filters, superuser);

describe("a change in place sends", () => {
  test.each<Case & { sent: string[] }>([
    {
      title: "nothing if everything is as desired",
      actual: { tables: ["s.t", { ...T, name: "u", columns: ["id"] }], schemas: ["r"], publish: ["insert", "update"] },
      desired: {
        ...{ tables: ["s.t", { ...T, name: "u", columns: ["id"] }], schemas: ["r"], owner: "admin" },
        ...{ publish: ["update", "insert"], viaRoot: true, generatedColumns: "none" },
      },
      sent: [],
    },
    {
      title: "nothing for parameters and an owner that the program does not mention",
      actual: { publish: ["insert"], viaRoot: false, generatedColumns: "stored", owner: "other" },
      sent: [],
    },
    {
      title: "nothing for all tables that stay all tables",
      actual: { allTables: true },
      desired: { allTables: true },
      sent: [],
    },
    {
      title: "ADD TABLE for a new table alone",
      actual: { tables: ["s.t"] },
      desired: { tables: ["s.t", 's.u"x', { ...T, name: "v", columns: ["id", "n"], where: "n > 0" }] },
      sent: ['alter publication "p" add table only "s"."u""x", only "s"."v" ("id", "n") where (n > 0)'],
    },
    {
      title: "DROP TABLE for a table that is no longer listed",
      actual: { tables: ["s.t", "s.u"] },
      desired: { tables: ["s.u"] },
      sent: ['alter publication "p" drop table only "s"."t"'],
    },
    {
      title: "DROP and ADD for another column list",
      actual: { tables: [{ ...T, columns: ["id"] }, "s.u"] },
      desired: { tables: [{ ...T, columns: ["id", "n"] }, "s.u"] },
      sent: [
        'alter publication "p" drop table only "s"."t"',
        'alter publication "p" add table only "s"."t" ("id", "n")',
      ],
    },
    {
      title: "DROP and ADD for a column list that goes",
      actual: { tables: [{ ...T, columns: ["id"] }] },
      desired: { tables: ["s.t"] },
      sent: ['alter publication "p" drop table only "s"."t"', 'alter publication "p" add table only "s"."t"'],
    },
    {
      title: "DROP and ADD for a new row filter",
      actual: { tables: ["s.t"] },
      desired: { tables: [PAID] },
      sent: [
        'alter publication "p" drop table only "s"."t"',
        'alter publication "p" add table only "s"."t" where (paid)',
      ],
    },
    {
      title: "DROP and ADD for a row filter that goes",
      actual: { tables: [{ ...T, where: "(paid)" }] },
      desired: { tables: ["s.t"] },
      filters: KNOWN,
      sent: ['alter publication "p" drop table only "s"."t"', 'alter publication "p" add table only "s"."t"'],
    },
    {
      title: "nothing for a row filter that the server wrote differently",
      actual: { tables: [{ ...T, where: "(paid)" }] },
      desired: { tables: [PAID] },
      filters: KNOWN,
      sent: [],
    },
    {
      title: "nothing for an unknown row filter with the server's own text",
      actual: { tables: [{ ...T, where: "(paid)" }] },
      desired: { tables: [{ ...T, where: "(paid)" }] },
      sent: [],
    },
    {
      title: "DROP and ADD for a row filter that was changed by hand",
      actual: { tables: [{ ...T, where: "(NOT paid)" }] },
      desired: { tables: [PAID] },
      filters: KNOWN,
      sent: [
        'alter publication "p" drop table only "s"."t"',
        'alter publication "p" add table only "s"."t" where (paid)',
      ],
    },
    {
      title: "a line break after a row filter with a comment",
      desired: { tables: [{ ...T, where: "paid -- in full" }] },
      sent: ['alter publication "p" add table only "s"."t" where (paid -- in full\n)'],
    },
    {
      title: "DROP TABLES IN SCHEMA for a schema that is no longer listed, even without a superuser",
      actual: { schemas: ["r", "s"] },
      desired: { schemas: ["s"] },
      sent: ['alter publication "p" drop tables in schema "r"'],
    },
    {
      title: "ADD TABLES IN SCHEMA for a new schema, as a superuser",
      actual: { schemas: ["s"] },
      desired: { schemas: ["r", "s"] },
      superuser: true,
      sent: ['alter publication "p" add tables in schema "r"'],
    },
    {
      title: "SET for the parameters that differ, and for no others",
      actual: { publish: ["insert", "update"], generatedColumns: "none" },
      desired: { publish: ["insert"], viaRoot: true, generatedColumns: "stored" },
      sent: [`alter publication "p" set (publish = 'insert', publish_generated_columns = stored)`],
    },
    {
      title: "SET before the tables if it turns publish_via_partition_root on",
      actual: { viaRoot: false },
      desired: { viaRoot: true, tables: [PAID] },
      sent: [
        'alter publication "p" set (publish_via_partition_root = true)',
        'alter publication "p" add table only "s"."t" where (paid)',
      ],
    },
    {
      title: "SET after the tables if publish_via_partition_root stays on",
      actual: { viaRoot: true, tables: ["s.t"], publish: ["insert"] },
      desired: { viaRoot: true, publish: ["update"] },
      sent: ['alter publication "p" drop table only "s"."t"', `alter publication "p" set (publish = 'update')`],
    },
    {
      title: "SET after the tables if it turns publish_via_partition_root off",
      actual: { viaRoot: true, tables: ["s.t"] },
      desired: { viaRoot: false },
      sent: [
        'alter publication "p" drop table only "s"."t"',
        'alter publication "p" set (publish_via_partition_root = false)',
      ],
    },
    {
      title: "everything else after RENAME, under the new name, and drops before it adds",
      actual: { name: "old", tables: ["s.t", "s.u"], schemas: ["q"], publish: ["insert"] },
      desired: { tables: [PAID, "s.v"], schemas: ["r"], publish: ["update"] },
      superuser: true,
      sent: [
        'alter publication "old" rename to "p"',
        'alter publication "p" drop table only "s"."u", only "s"."t"',
        'alter publication "p" drop tables in schema "q"',
        'alter publication "p" add tables in schema "r"',
        'alter publication "p" add table only "s"."v", only "s"."t" where (paid)',
        `alter publication "p" set (publish = 'update')`,
      ],
    },
  ])("$title", ({ sent, ...one }) => {
    const { statements, owner, replace } = plan(one);
    expect(texts(statements)).toEqual(sent);
    expect({ owner, replace }).toEqual({ owner: [], replace: [] });
  });

  test("the owner apart from everything else", () => {
    const { statements, owner } = plan({ title: "", desired: { owner: 'o"ther', tables: ["s.t"] } });
    expect(texts(statements)).toEqual(['alter publication "p" add table only "s"."t"']);
    expect(texts(owner)).toEqual(['alter publication "p" owner to "o""ther"']);
  });
});

test("the plan names what it adds, removes and changes", () => {
  const actual = { name: "old", tables: [PAID, "s.u"], schemas: ["q", "r"] };
  const desired = { tables: ["s.t", "s.v"], schemas: ["r", "s"] };
  expect(plan({ title: "", actual, desired, superuser: true })).toMatchObject({
    ...{ added: [{ name: "v" }], removed: [{ name: "u" }], addedSchemas: ["s"], removedSchemas: ["q"], renamed: true },
    changed: [{ from: { where: "paid", oid: 101 }, to: { name: "t" } }],
  });
});

describe("a replacement is needed", () => {
  test.each<Case & { reason: string }>([
    {
      title: "from a list to all tables",
      actual: { tables: ["s.t"] },
      desired: { allTables: true, owner: "other" },
      superuser: true,
      reason: 'publication "p" cannot change from a list to all tables in place',
    },
    {
      title: "from all tables to a list, under its present name",
      actual: { allTables: true, name: "old" },
      desired: { tables: ["s.t"] },
      superuser: true,
      reason: 'publication "old" cannot change from all tables to a list in place',
    },
    {
      title: "to add schemas without a superuser",
      actual: { tables: ["s.t"], schemas: ["a"] },
      desired: { tables: ["s.t"], schemas: ["a", "B", "c"] },
      reason: 'only a superuser can add schemas to publication "p" in place: "B", c',
    },
  ])("$title", ({ reason, ...one }) => {
    expect(plan(one)).toMatchObject({ replace: [reason], statements: [], owner: [] });
  });
});
