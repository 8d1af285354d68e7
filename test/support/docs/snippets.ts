import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

export const ROOT = resolve(__dirname, "../../..");

/** Every page that a user reads. */
export const PAGES = ["README.md", ...pagesIn("docs"), ...pagesIn("docs/resources"), ...examplePages()];

/** The first program of a page, below a heading if one is given, as a reader pastes it. */
export function programIn(page: string, heading?: string): string {
  return blocksIn(page, "ts", heading)[0] ?? missing(page, heading);
}

/** The program below a heading that is the one with these words. */
export function programWith(page: string, heading: string, words: string): string {
  return blocksIn(page, "ts", heading).find((code) => code.includes(words)) ?? missing(page, heading);
}

/** What the fences of one language hold, in the order of the page. */
export function blocksIn(page: string, language: string, heading?: string): string[] {
  const blocks = sectionOf(page, heading).matchAll(/^([ ]*)```(\w*)\n([\s\S]*?)^[ ]*```$/gm);
  return [...blocks]
    .filter(([, , found]) => found === language)
    .map(([, indent = "", , code = ""]) => code.replace(new RegExp(`^${indent}`, "gm"), ""));
}

/** The lines that a page tells its reader to type, without their comments. */
export function commandsIn(block: string): string[] {
  return block
    .split("\n")
    .map((line) => line.replace(/\s+#\s.*$/, "").trim())
    .filter((line) => line !== "");
}

function sectionOf(page: string, heading: string | undefined): string {
  const text = readFileSync(join(ROOT, page), "utf8");
  if (heading === undefined) return text;
  const [, section = missing(page, heading)] = text.split(`\n## ${heading}\n`);
  return section.split("\n## ")[0] ?? "";
}

function pagesIn(folder: string): string[] {
  const files = readdirSync(join(ROOT, folder)).filter((file) => file.endsWith(".md"));
  return files.map((file) => `${folder}/${file}`);
}

function examplePages(): string[] {
  const folders = readdirSync(join(ROOT, "examples"), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders.flatMap(({ name }) => pagesIn(`examples/${name}`));
}

function missing(page: string, heading: string | undefined): never {
  throw new Error(`${page} has nothing like it below "${heading ?? "its title"}"`);
}
