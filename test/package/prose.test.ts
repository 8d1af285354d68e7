import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { textsOf, textsOfPage } from "../support/prose/texts";
import { around, matches, WORDS } from "../support/prose/words";

const ROOT = resolve(__dirname, "../..");
const FOLDERS = ["provider", "docs", "examples", "scripts", ".github"];
const PAGES = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "Pulumi.yaml", "package.json"];

/** Where such a word stays, and why. */
const ALLOWED: readonly { file: string; text: string; why: string }[] = [];

const FILES = [...PAGES, ...FOLDERS.flatMap(filesIn)].flatMap((file) => {
  const text = readFileSync(join(ROOT, file), "utf8");
  if (/\.(ts|mts|mjs)$/.test(file)) return [{ file, texts: textsOf(text) }];
  return /\.(md|yml|yaml|json|svg)$/.test(file) ? [{ file, texts: textsOfPage(text) }] : [];
});

describe("the prose of the provider, the pages, the examples and the scripts", () => {
  test("is looked at in every folder", () => {
    const seen = new Set(FILES.map(({ file }) => file.split("/")[0]));
    expect([...seen].sort()).toEqual([...PAGES, ...FOLDERS].sort());
    expect(FILES.length).toBeGreaterThan(200);
  });

  test.each(WORDS)("has $instead and not $word", ({ out }) => {
    const found = FILES.flatMap(({ file, texts }) =>
      texts
        .filter((text) => matches(out, text) && !isAllowed(file, text))
        .map((text) => `${file}: ${around(out, text)}`),
    );
    expect(found).toEqual([]);
  });

  test("need each exception", () => {
    const unused = ALLOWED.filter(
      ({ file, text }) => !FILES.some((one) => one.file === file && one.texts.some((found) => found.includes(text))),
    );
    expect(unused).toEqual([]);
  });
});

describe("such a word is found", () => {
  const found = (code: string) => textsOf(code).filter((text) => WORDS.some(({ out }) => matches(out, text)));

  test.each([
    ["in a docstring, across its lines", "/**\n * The role as it\n * stands.\n */\nconst role = 1;"],
    ["in a comment, across its lines", "// It is for\n// ever.\nconst role = 1;"],
    ["in a comment at the end of a line", "const role = 1; // Mended."],
    ["in a comment at the end of a block", "function work() {\n  return 1;\n  // Nobody comes here.\n}"],
    ["in a string", 'const text = "Whoever holds it";'],
    ["in a string that is put together", 'const text = "it is by " +\n  "now gone";'],
    ["in a template", `const text = \`\${1} bears the mark\`;`],
    ["in a template that is put together", `const text = \`role \${1} is no\` + " superuser";`],
    ["in a template inside of a template", `const text = \`role \${\`\${1} of ours\`}\`;`],
    ["in a regular expression", "const pattern = /^mend it/;"],
    ["in a name", "const wishedTables = 1;"],
    ["in the name of a property", "const plan = { nobodyElse: 1 };"],
  ])("%s", (_where, code) => {
    expect(found(code)).toHaveLength(1);
  });

  test.each([
    ["in a paragraph, across its lines", "The role is left as it\nstands."],
    ["in a list item, across its lines", "- It is set for\n  ever."],
    ["in a table", "| what | done |\n| --- | --- |\n| the fix | nobody mends it |"],
    ["in a comment of an example", "```sh\npulumi up   # what shall be\n```"],
  ])("%s of a page", (_where, page) => {
    const texts = textsOfPage(page).filter((text) => WORDS.some(({ out }) => matches(out, text)));
    expect(texts).toHaveLength(1);
  });

  test.each([
    ["inside of another word", 'const text = "recommended, secure, besides, forbear, Swishing";'],
    ["inside of another name", "const recommended = accurate + amendment;"],
    ["across two texts", 'const texts = ["is no", "superuser"];'],
    ["across two comments", "// It is by\nconst role = 1;\n// now gone"],
    ["in numbers and punctuation", "const n = 1 / 2 / 3;"],
  ])("and not %s", (_where, code) => {
    expect(found(code)).toEqual([]);
  });
});

function filesIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => !/(^|\/)(node_modules|bin)(\/|$)/.test(file))
    .map((file) => `${folder}/${file.replaceAll("\\", "/")}`)
    .filter((file) => statSync(join(ROOT, file)).isFile());
}

function isAllowed(file: string, text: string): boolean {
  return ALLOWED.some((one) => one.file === file && text.includes(one.text));
}
