import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";

const ROOT = resolve(__dirname, "../..");
const PAGES = join(ROOT, "docs/resources");

function sources(folder: string): string {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  return files.map((file) => readFileSync(join(folder, file), "utf8")).join("\n");
}

/** Without docstrings, which quote the same words. A message may be concatenated from literals on several lines. */
const CODE = sources(join(ROOT, "provider"))
  .replace(/\/\*\*[\s\S]*?\*\//g, "")
  .replace(/["`] \+\s*["`]/g, "")
  .replaceAll("\\`", "`");

/** The cells of the first column of the table below a heading of a page. */
function firstColumn(page: string, heading: string): string[] {
  const [, section = ""] = readFileSync(join(PAGES, page), "utf8").split(`\n## ${heading}\n`);
  const [part = ""] = section.split("\n## ");
  const rows = part.split("\n").filter((line) => line.startsWith("| "));
  return rows.slice(2).map((row) => row.split("|")[1]?.trim() ?? "");
}

describe("the pages of the resources", () => {
  test.each(readdirSync(PAGES))("%s quotes messages that exist in the code", (page) => {
    const quoted = firstColumn(page, "Errors and fixes");
    expect(quoted.length).toBeGreaterThan(0);
    expect(quoted.filter((text) => !CODE.includes(text))).toEqual([]);
  });

  test("list every check of the report, and no other", () => {
    const cells = firstColumn("SourceReadiness.md", "The checks");
    const named = cells.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name));
    const made = [...CODE.matchAll(/\bjudge\w*\(\s*"(\w+)"|\bcheck: "(\w+)"/g)].map(([, one, other]) => one ?? other);
    expect(named.sort()).toEqual([...new Set(made)].sort());
  });
});
