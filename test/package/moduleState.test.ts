import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";

const PROVIDER = resolve(__dirname, "../../provider");
/** They may hold state that lasts as long as the process. */
const FRONTS = ["dynamic/", "plugin/", "resources/", "cli/"];

test("no module below the fronts has state, since state that lasts for a run belongs to its Run", () => {
  const files = readdirSync(PROVIDER, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  const below = files.filter((file) => !FRONTS.some((front) => file.startsWith(front)));
  expect(below.length).toBeGreaterThan(80);
  expect(below.flatMap((file) => stateIn(file))).toEqual([]);
});

test.each([
  ["let count = 0;", "count"],
  ["const seen = new Set<string>();", "seen"],
  ["export const found: string[] = [];", "found"],
  ["const waits = { poll: 5 };", "waits"],
])("%s is found to be state", (text, name) => {
  expect(mutable(text)).toEqual([name]);
});

test.each([
  "const KNOWN: ReadonlySet<string> = new Set(['a']);",
  "const WORDS: readonly string[] = [];",
  "const WAITS = { poll: 5 } as const;",
  "const LIMIT = 5;",
  "export const lifecycle: Lifecycle<Inputs, Outputs> = { secrets: [] };",
])("%s is not state", (text) => {
  expect(mutable(text)).toEqual([]);
});

function stateIn(file: string): string[] {
  return mutable(readFileSync(join(PROVIDER, file), "utf8")).map((name) => `${file}: ${name}`);
}

/** The names of variables outside of functions that can be reassigned, or whose value can change. */
function mutable(text: string): string[] {
  const { statements } = ts.createSourceFile("module.ts", text, ts.ScriptTarget.Latest, true);
  return statements.filter(ts.isVariableStatement).flatMap(({ declarationList }) => {
    const isConstant = (declarationList.flags & ts.NodeFlags.Const) !== 0;
    return declarationList.declarations
      .filter(({ type, initializer }) => !isConstant || (!isReadonly(type) && holdsState(initializer)))
      .map(({ name }) => name.getText());
  });
}

function isReadonly(type: ts.TypeNode | undefined): boolean {
  return type !== undefined && /^(readonly |Readonly|Lifecycle<|Query<|Statement\b|RegExp)/.test(type.getText());
}

function holdsState(value: ts.Expression | undefined): boolean {
  if (value === undefined) return true;
  return ts.isNewExpression(value) || ts.isArrayLiteralExpression(value) || ts.isObjectLiteralExpression(value);
}
