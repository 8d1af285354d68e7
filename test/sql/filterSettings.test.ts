import { describe, expect, test } from "vitest";
import { type FilterSettings, otherMeanings } from "../../provider/sql/filterSettings";

const SETTINGS: FilterSettings = {
  ...{ schema: "public", name: "orders", dateStyle: "ISO, MDY", timeZone: "UTC", intervalStyle: "postgres" },
  ...{ standardStrings: "on", zonedColumns: true },
};

const said = (where: string, changed: Partial<FilterSettings>) =>
  otherMeanings([{ schema: "public", name: "orders", where }], [{ ...SETTINGS, ...changed }]).join();

describe("a row filter that means something else under our settings than under those of the database", () => {
  test.each<[string, string, Partial<FilterSettings>, RegExp]>([
    [
      "a date by DateStyle",
      "day = '02.03.2026'",
      { dateStyle: "ISO, DMY" },
      /'02\.03\.2026' is read as month, day, year/,
    ],
    [
      "a time without a zone",
      "at > '2026-01-01 10:00'",
      { timeZone: "Europe/Berlin" },
      /is read in UTC, and not in TimeZone/,
    ],
    ["a date beside a column with a zone", "at > '2026-01-01'", { timeZone: "Asia/Tokyo" }, /write the zone/],
    ["an interval", "age > '-1-2'::interval", { intervalStyle: "sql_standard" }, /each field its sign/],
    ["an escape", String.raw`note = 'a\n'`, { standardStrings: "off" }, /E'…'/],
  ])("is named: %s", (_what, where, changed, sentence) => {
    expect(said(where, changed)).toMatch(sentence);
    expect(said(where, {})).toBe("");
  });

  test.each([
    ["day = '2026-03-02'", { dateStyle: "ISO, DMY" }],
    ["at > '2026-01-01 10:00+01'", { timeZone: "Europe/Berlin" }],
    ["at > '2026-01-01 10:00 Europe/Berlin'", { timeZone: "Asia/Tokyo" }],
    ["at > '2026-01-01'", { timeZone: "Asia/Tokyo", zonedColumns: false }],
    ["state = 'paid' and price > 5", { timeZone: "Asia/Tokyo", dateStyle: "German, DMY", standardStrings: "off" }],
  ])("is not said of %s", (where, changed) => {
    expect(said(where, changed)).toBe("");
  });
});
