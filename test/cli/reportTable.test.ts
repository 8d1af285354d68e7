import { describe, expect, test } from "vitest";
import { formatReport } from "../../provider/cli/reportTable";
import { blocked, warning } from "../support/readiness/facts";

const OK = { check: "version", status: "ok", detail: "Postgres 17", fix: "" } as const;
const PLAIN = { width: 100, problems: false, colours: false };
const SELECT = blocked("select", 'role "reader" cannot read all columns of: public.orders', "GRANT SELECT ON it");

describe("the report as a table", () => {
  test("has a line per check, the worst first, and the fix below what was found", () => {
    expect(formatReport("db:5432", [OK, SELECT], PLAIN).split("\n")).toEqual([
      "db:5432",
      "",
      'BLOCKED  select   role "reader" cannot read all columns of: public.orders',
      "                  fix: GRANT SELECT ON it",
      "ok       version  Postgres 17",
      "",
      "2 checks: 1 ok, 0 warnings, 1 blocked. ClickPipes would not accept this source.",
    ]);
  });

  test("leaves out what is ok on demand, and colours the status alone", () => {
    const report = [OK, warning("filters", "a", "b"), SELECT];
    const lines = formatReport("db", report, { ...PLAIN, problems: true, colours: true }).split("\n");
    expect(lines.slice(2, 6)).toEqual([
      '\u001b[31mBLOCKED  \u001b[39mselect   role "reader" cannot read all columns of: public.orders',
      "                  fix: GRANT SELECT ON it",
      "\u001b[33mwarning  \u001b[39mfilters  a",
      "                  fix: b",
    ]);
    expect(lines.at(-1)).toBe("3 checks: 1 ok, 1 warning, 1 blocked. ClickPipes would not accept this source.");
    expect(formatReport("db", [OK], { ...PLAIN, problems: true }).split("\n")).toHaveLength(3);
  });

  test.each([
    { report: [OK, OK], sums: "2 checks: 2 ok, 0 warnings, 0 blocked. ClickPipes would accept this source." },
    {
      report: [OK, warning("filters", "a", "b")],
      sums: "2 checks: 1 ok, 1 warning, 0 blocked. ClickPipes would accept this source.",
    },
    {
      report: [warning("filters", "a", "b"), warning("operations", "a", "b"), SELECT],
      sums: "3 checks: 0 ok, 2 warnings, 1 blocked. ClickPipes would not accept this source.",
    },
  ])("ends with the numbers and the answer: $sums", ({ report, sums }) => {
    expect(formatReport("db", report, PLAIN).split("\n").at(-1)).toBe(sums);
  });

  test.each([
    { what: "between words", detail: "one two three four five", lines: ["one two three four", "five"] },
    { what: "not before it is full", detail: "one two three four x", lines: ["one two three four x"] },
    { what: "not inside a quoted name", detail: 'one two "three four five"', lines: ["one two", '"three four five"'] },
    { what: "not inside a string", detail: "one two 'three four five'", lines: ["one two", "'three four five'"] },
    {
      what: "at an apostrophe as at any letter",
      detail: "it's one two isn't five",
      lines: ["it's one two isn't", "five"],
    },
    {
      what: "never inside a word",
      detail: "a longer_than_a_whole_line b",
      lines: ["a", "longer_than_a_whole_line", "b"],
    },
  ])("breaks lines $what", ({ detail, lines }) => {
    const [, , ...table] = formatReport("db", [{ ...OK, check: "c", detail }], { ...PLAIN, width: 32 }).split("\n");
    expect(table.slice(0, lines.length).map((line) => line.slice(12))).toEqual(lines);
  });
});
