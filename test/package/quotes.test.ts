import { expect, test } from "vitest";
import { formatReport } from "../../provider/cli/reportTable";
import { unsafeTables } from "../../provider/publication/refusals";
import { readRecording } from "../../scripts/pictures/files";
import { blocksIn, PAGES } from "../support/docs/snippets";

/** What a page shows as printed, in fences without a language. */
const quoted = (page: string) => blocksIn(page, "");

test("docs/operations.md quotes the refusal of a table without a primary key as it is", () => {
  const log = { schema: "public", name: "log", hazard: "noIdentity", columns: null, primaryKey: false } as const;
  const { message } = unsafeTables([{ ...log, uniqueIndex: null, full: true, invalidIndex: null }]);
  expect(quoted("docs/operations.md")).toEqual([`${message}\n`]);
});

test("docs/check.md quotes the report as README's picture has it, with a line that is ok", () => {
  const lines = readRecording("check").text.split("\n").slice(2);
  const blocked = lines.slice(0, lines.findIndex((line) => line.trim().startsWith("fix: ")) + 1);
  const ok = { check: "rowSecurity", status: "ok", detail: "row-level security hides no rows", fix: "" } as const;
  const table = formatReport("", [ok, { ...ok, check: "replicationConnection" }], {
    width: 100,
    problems: false,
    colours: false,
  });
  expect(quoted("docs/check.md")).toEqual([`${[...blocked, table.split("\n")[2]].join("\n")}\n`]);
});

test("no other page of these guides quotes what no test compares", () => {
  const guides = PAGES.filter((page) => !page.startsWith("docs/resources/"));
  const pages = guides.filter((page) => quoted(page).length > 0);
  expect(pages.sort()).toEqual(["docs/check.md", "docs/operations.md"]);
});
