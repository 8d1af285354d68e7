import { describe, expect, test } from "vitest";
import { isReadAsWritten } from "../../../provider/publication/sql/name";
import {
  describeUnsafe,
  displayUnsafe,
  explainHazard,
  type UnsafeTable,
} from "../../../provider/publication/sql/safety";
import { anUnsafe } from "../../support/publication/plans";

const ALTER = 'ALTER TABLE "s"."t"';
const FULL = `${ALTER} REPLICA IDENTITY FULL`;
const DEFAULT = `${ALTER} REPLICA IDENTITY DEFAULT`;

describe("the fix of an unsafe table is", () => {
  test.each<{ title: string; table: Partial<UnsafeTable>; problem: string; fix: string }>([
    {
      title: "a primary key or FULL if it has nothing",
      table: { hazard: "noIdentity" },
      problem: "has no primary key and no other replica identity",
      fix: `${ALTER} ADD PRIMARY KEY (…), or ${FULL}`,
    },
    {
      title: "a primary key if FULL is no way out",
      table: { hazard: "noIdentity", full: false },
      problem: "has no primary key and no other replica identity",
      fix: `${ALTER} ADD PRIMARY KEY (…)`,
    },
    {
      title: "its unique index",
      table: { hazard: "noIdentity", uniqueIndex: 't"u' },
      problem: "has no primary key and no other replica identity",
      fix: `${ALTER} REPLICA IDENTITY USING INDEX "t""u"`,
    },
    {
      title: "its primary key, rather than a unique index, under NOTHING",
      table: { hazard: "identityNothing", primaryKey: true, uniqueIndex: "t_u" },
      problem: "has REPLICA IDENTITY NOTHING",
      fix: DEFAULT,
    },
    {
      title: "its primary key if its index is gone",
      table: { hazard: "identityDropped", primaryKey: true },
      problem: "has lost the index of its replica identity",
      fix: DEFAULT,
    },
    {
      title: "REINDEX of an invalid index",
      table: { hazard: "invalidIndex", invalidIndex: "t_pkey", uniqueIndex: "t_u" },
      problem: "has an invalid index as its replica identity",
      fix: 'REINDEX INDEX CONCURRENTLY "s"."t_pkey"',
    },
    {
      title: "FULL next to a deferrable key",
      table: { hazard: "deferrableKey" },
      problem: "has only a deferrable primary key, which cannot be a replica identity",
      fix: FULL,
    },
    {
      title: "another key in place of a deferrable one if FULL is no way out",
      table: { hazard: "deferrableKey", full: false },
      problem: "has only a deferrable primary key, which cannot be a replica identity",
      fix: "give it a primary key that is not deferrable",
    },
    {
      title: "a primary key for future partitions, which a unique index does not help",
      table: { hazard: "partitionsToCome", uniqueIndex: "t_u", full: false },
      problem: "has no primary key, so future partitions will have no replica identity",
      fix: `${ALTER} ADD PRIMARY KEY (…)`,
    },
    {
      title: "the primary key, or no column list, under FULL",
      table: { hazard: "listUnderFull", primaryKey: true },
      problem: "has REPLICA IDENTITY FULL, which allows no column list",
      fix: `${DEFAULT}, or remove \`columns\``,
    },
    {
      title: "a new primary key, or no column list, under FULL",
      table: { hazard: "listUnderFull" },
      problem: "has REPLICA IDENTITY FULL, which allows no column list",
      fix: `add a primary key, then ${DEFAULT}, or remove \`columns\``,
    },
    {
      title: "the missing columns",
      table: { hazard: "listWithoutKey", columns: ["a", "b"] },
      problem: "has a column list without a, b of its replica identity",
      fix: "add a, b to `columns`",
    },
    {
      title: "FULL, or no row filter outside the key",
      table: { hazard: "filterBeyondKey", columns: ["n"] },
      problem: "has a row filter on n, outside its replica identity",
      fix: `${FULL}, or remove \`where\``,
    },
    {
      title: "another row filter if FULL is no way out",
      table: { hazard: "filterBeyondKey", columns: ["n"], full: false },
      problem: "has a row filter on n, outside its replica identity",
      fix: "remove `where`, or filter only by columns of its replica identity",
    },
    {
      title: "the primary key next to a virtual column",
      table: { hazard: "virtualUnderFull", primaryKey: true },
      problem: "has REPLICA IDENTITY FULL and a virtual generated column, which cannot be published (Postgres 18)",
      fix: DEFAULT,
    },
    {
      title: "publishGeneratedColumns or the primary key next to a stored column",
      table: { hazard: "generatedUnderFull", primaryKey: true },
      problem: "has REPLICA IDENTITY FULL and a stored generated column that is not published (Postgres 18)",
      fix: `set \`publishGeneratedColumns: "stored"\`, or ${DEFAULT}`,
    },
    {
      title: "publishGeneratedColumns with a stored column in the key",
      table: { hazard: "generatedInKey", primaryKey: true },
      problem: "has a stored generated column in its replica identity that is not published (Postgres 18)",
      fix: 'set `publishGeneratedColumns: "stored"`',
    },
  ])("$title", ({ table, problem, fix }) => {
    expect(explainHazard(anUnsafe(table))).toEqual({ problem, fix });
  });
});

test("a drift sentence has the fix in parentheses", () => {
  expect(displayUnsafe(anUnsafe({ name: "T", hazard: "generatedInKey" }))).toBe(
    's."T" has a stored generated column in its replica identity that is not published (Postgres 18) (set `publishGeneratedColumns: "stored"`)',
  );
});

describe("a line of a message", () => {
  test.each<[string, Partial<UnsafeTable>, string]>([
    ["a semicolon after a statement", { primaryKey: true }, `${DEFAULT};`],
    ["a semicolon after a statement with a list", { full: false }, "ADD PRIMARY KEY (…);"],
    ["a semicolon after a statement with a name", { uniqueIndex: "t_u" }, 'USING INDEX "t_u";'],
    ["a period after a setting", { hazard: "generatedInKey" }, '`publishGeneratedColumns: "stored"`.'],
    ["a period after advice", { hazard: "deferrableKey", full: false }, "that is not deferrable."],
  ])("ends with %s", (_title, table, end) => {
    const [line = ""] = describeUnsafe([anUnsafe(table)]);
    expect(line.endsWith(end), line).toBe(true);
    expect(line).toMatch(/^s\.t has .*\. To fix it: /);
  });

  test("counts the tables beyond the first", () => {
    const tables = ["a", "b", "c"].map((name) => anUnsafe({ name }));
    expect(describeUnsafe(tables, 2).map((line) => line.slice(0, 4))).toEqual(["s.a ", "s.b ", "Unsa"]);
    expect(describeUnsafe(tables, 2).at(-1)).toBe("Unsafe tables not listed here: 1.");
    expect(describeUnsafe(tables, 3)).toHaveLength(3);
  });
});

test.each([
  ["clickpipes_publication", true],
  ["a-b.c$1;ü", true],
  ["Upper", false],
  ["two words", false],
  ["two\twords", false],
  ["a,b", false],
  ['"quoted"', false],
])("whether pgoutput reads %j as written: %s", (name, is) => {
  expect(isReadAsWritten(name)).toBe(is);
});
