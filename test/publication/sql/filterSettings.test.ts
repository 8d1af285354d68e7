import { describe, expect, test } from "vitest";
import { type FilterSettings, otherMeanings } from "../../../provider/publication/sql/filterSettings";

const DEFAULTS = {
  ...{ datestyle: "ISO, MDY", timezone: "UTC", intervalstyle: "postgres", timezone_abbreviations: "Default" },
  ...{ standard_conforming_strings: "on", array_nulls: "on", transform_null_equals: "off" },
};
const COLUMNS = { zonedColumns: true, intervalColumns: false };

const said = (where: string, settings: Record<string, string>, columns: Partial<FilterSettings> = {}) => {
  const table = { schema: "public", name: "orders" };
  return otherMeanings(
    [{ ...table, where }],
    [{ ...table, settings: { ...DEFAULTS, ...settings }, ...COLUMNS, ...columns }],
  ).join();
};

describe("a row filter that means something else under the provider's settings than in other sessions", () => {
  test.each<[string, string, Record<string, string>, RegExp]>([
    [
      "a date by DateStyle",
      "day = '02.03.2026'",
      { datestyle: "ISO, DMY" },
      /'02\.03\.2026' is read as month, day, year/,
    ],
    [
      "a date behind an escape",
      String.raw`s <> E'it\'s' and d < '01/02/2024'`,
      { datestyle: "ISO, DMY" },
      /^[^']*'01\/02\/2024' is read/,
    ],
    [
      "a time without a zone",
      "at > '2026-01-01 10:00'",
      { timezone: "Europe/Berlin" },
      /is read in UTC, not in TimeZone/,
    ],
    ["a date next to a column with a zone", "at > '2026-01-01'", { timezone: "Asia/Tokyo" }, /write the zone/],
    [
      "a zone by its abbreviation",
      "at > '2026-01-01 10:00 EST'",
      { timezone_abbreviations: "Australia" },
      /as an offset/,
    ],
    ["an interval", "age > '-1-2'::interval", { intervalstyle: "sql_standard" }, /a sign in front of each field/],
    ["an escape", String.raw`note = 'a\n'`, { standard_conforming_strings: "off" }, /E'…'/],
    ["an array", "tags = '{NULL,a}'", { array_nulls: "off" }, /write "NULL"/],
    [
      "a comparison with NULL",
      "n = null",
      { transform_null_equals: "on" },
      /\n= NULL is never true, .*: write IS NULL\.$/,
    ],
  ])("triggers a warning: %s", (_what, where, changed, sentence) => {
    expect(said(where, changed)).toMatch(sentence);
    expect(said(where, {})).toBe("");
  });

  test("triggers a warning if only the column shows that the text is an interval", () => {
    const sqlStandard = { intervalstyle: "sql_standard" };
    expect(said("len < '-1 2:03:04'", sqlStandard, { intervalColumns: true })).toContain(
      "write a sign in front of each field",
    );
    expect(said("len < '-1 2:03:04'", sqlStandard)).toBe("");
  });

  test.each<[string, Record<string, string>, Partial<FilterSettings>?]>([
    ["day = '2026-03-02'", { datestyle: "ISO, DMY" }],
    ["at > '2026-01-01 10:00+01'", { timezone: "Europe/Berlin" }],
    ["at > '2026-01-01 10:00 EST'", { timezone: "Europe/Berlin" }],
    ["at > '2026-01-01 10:00 Europe/Berlin'", { timezone: "Asia/Tokyo" }],
    ["at > '2026-01-01'", { timezone: "Asia/Tokyo" }, { zonedColumns: false }],
    ["state = 'paid' and price > 5", { timezone: "Asia/Tokyo", datestyle: "German, DMY", array_nulls: "off" }],
    [String.raw`note = E'a\n'`, { standard_conforming_strings: "off" }],
    ["\"it's\" = 1 and day = '2026-03-02'", { datestyle: "ISO, DMY" }],
  ])("triggers no warning for %s", (where, changed, columns) => {
    expect(said(where, changed, columns)).toBe("");
  });

  test("is a warning of its own for each table, and none for a table without a row filter", () => {
    const tables = ["a", "b", "c"].map((name) => ({ schema: "s", name }));
    const settings = { ...DEFAULTS, array_nulls: "off", transform_null_equals: "on" };
    const where = "n = null and tags <> '{null}'";
    const warnings = otherMeanings(
      tables.map((table) => ({ ...table, ...(table.name !== "b" && { where }) })),
      tables.map((table) => ({ ...table, ...COLUMNS, settings })).slice(0, 2),
    );
    expect(warnings).toEqual([
      [
        "the row filter of s.a is read with fixed settings, not with those of other sessions of this user.",
        `'{null}' holds a null, not the text NULL as with array_nulls = off: write "NULL" for the text.`,
        "= NULL is never true, unlike with transform_null_equals = on: write IS NULL.",
      ].join("\n"),
    ]);
  });
});
