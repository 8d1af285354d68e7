import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";

const PROVIDER = resolve(__dirname, "../../provider");

/** Words that a native engineer would not use here, and what to write instead. */
const WORDS: readonly { word: string; out: RegExp; instead: string }[] = [
  { word: "mend", out: /\bmend(s|ed|ing)?\b/, instead: "fix" },
  { word: "cure", out: /\bcur(e|es|ed|ing)\b/, instead: "fix" },
  { word: "for ever", out: /\bfor ever\b/, instead: "permanently" },
  { word: "beside", out: /\bbeside\b/, instead: "next to, in addition to" },
  { word: "shall", out: /\bshall\b/, instead: "should, will" },
  { word: "somebody", out: /\bsomebody\b/, instead: "another user" },
  { word: "nobody", out: /\bnobody\b/, instead: "no one" },
  { word: "whoever", out: /\bwhoever\b/, instead: "name who" },
  { word: "wish", out: /\bwish(es|ed|ing)?\b/, instead: "desired, requested" },
  { word: "bears a mark", out: /\bbear(s|ing)?\b|\bborne\b/, instead: "carries" },
  { word: "gone on with", out: /\b(go|goes|going|gone|went) on with\b/, instead: "resume" },
  { word: "is told", out: /\b(is|are|was|were) told\b(?! apart)/, instead: "reports" },
  { word: "said by", out: /\bsaid by\b/, instead: "reports" },
  { word: "says of", out: /\bsa(y|ys|id) of\b/, instead: "reports" },
  { word: "as it stands", out: /\bas (it|they) (stands?|stood)\b/, instead: "as is, unchanged" },
  { word: "as it was left", out: /\bas (it|they) (was|were) left\b/, instead: "as is, unchanged" },
  { word: "is no superuser", out: /\b(is|are|was|were) no superusers?\b/, instead: "isn't a superuser" },
  { word: "over there", out: /\bover there\b/, instead: "name the thing" },
  { word: "of ours", out: /\bof (ours|those)\b/, instead: "name the thing" },
  { word: "never tried", out: /\bnever tried\b/, instead: "not tested yet" },
  { word: "every day", out: /\bevery day\b/, instead: "day-2 operations" },
  { word: "by now", out: /\bby now\b/, instead: "now" },
  { word: "meanwhile", out: /\bmeanwhile\b/, instead: "in the meantime, or name when" },
];

/** Where such a word stays, and why. */
const ALLOWED: readonly { file: string; text: string; why: string }[] = [];

const FILES = readdirSync(PROVIDER, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .map((file) => ({ file, texts: textsOf(readFileSync(join(PROVIDER, file), "utf8")) }));

describe("the docstrings, comments, strings and names of the provider", () => {
  test.each(WORDS)("have $instead and not $word", ({ out }) => {
    expect(FILES.length).toBeGreaterThan(100);
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
    ["inside of another word", 'const text = "recommended, secure, besides, forbear, Swishing";'],
    ["inside of another name", "const recommended = accurate + amendment;"],
    ["across two texts", 'const texts = ["is no", "superuser"];'],
    ["across two comments", "// It is by\nconst role = 1;\n// now gone"],
    ["in numbers and punctuation", "const n = 1 / 2 / 3;"],
  ])("and not %s", (_where, code) => {
    expect(found(code)).toEqual([]);
  });
});

function isAllowed(file: string, text: string): boolean {
  return ALLOWED.some((one) => one.file === file && text.includes(one.text));
}

function matches(out: RegExp, text: string): boolean {
  return new RegExp(out, "i").test(text);
}

/** The word, with what surrounds it. */
function around(out: RegExp, text: string): string {
  return new RegExp(`.{0,60}(?:${out.source}).{0,60}`, "i").exec(text)?.[0] ?? text;
}

/** Every comment, string and name of a module. What is put together with `+` is one string. */
function textsOf(code: string): string[] {
  const source = ts.createSourceFile("module.ts", code, ts.ScriptTarget.Latest, true);
  const comments = new Map<number, ts.CommentRange>();
  const texts: string[] = [];
  const visit = (node: ts.Node): void => {
    for (const at of [node.getFullStart(), node.getEnd()])
      for (const range of [
        ...(ts.getLeadingCommentRanges(code, at) ?? []),
        ...(ts.getTrailingCommentRanges(code, at) ?? []),
      ])
        comments.set(range.pos, range);
    const isPart = ts.isBinaryExpression(node.parent ?? node) || ts.isTemplateSpan(node.parent ?? node);
    if (isText(node) && !(isPart && isText(node.parent))) texts.push(textOf(node));
    else if (ts.isIdentifier(node) || ts.isPrivateIdentifier(node)) texts.push(wordsOf(node.text));
    else if (ts.isRegularExpressionLiteral(node)) texts.push(node.text);
    node.getChildren().forEach(visit);
  };
  visit(source);
  return [...texts, ...proseOf(code, [...comments.values()])];
}

function isText(node: ts.Node): boolean {
  if (ts.isStringLiteralLike(node) || ts.isTemplateExpression(node)) return true;
  return (
    ts.isBinaryExpression(node) &&
    node.operatorToken.kind === ts.SyntaxKind.PlusToken &&
    (isText(node.left) || isText(node.right))
  );
}

function textOf(node: ts.Node): string {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateExpression(node))
    return node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join("");
  return ts.isBinaryExpression(node) ? textOf(node.left) + textOf(node.right) : "…";
}

/** `wishedTables` as "wished Tables". */
function wordsOf(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, "$1 $2").replaceAll("_", " ");
}

/** Line comments that follow each other are one. */
function proseOf(code: string, comments: ts.CommentRange[]): string[] {
  const prose: string[] = [];
  let end = -1;
  for (const range of comments.sort((a, b) => a.pos - b.pos)) {
    const text = code
      .slice(range.pos, range.end)
      .replace(/^\s*(\/\*\*?|\*\/|\*|\/\/)|\*\/$/gm, "")
      .replace(/\s+/g, " ")
      .trim();
    if (end >= 0 && code.slice(end, range.pos).trim() === "") prose.push(`${prose.pop()} ${text}`);
    else prose.push(text);
    end = range.end;
  }
  return prose;
}
