import { join } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { blocksIn, PAGES, programIn, ROOT } from "../support/docs/snippets";

/** The variables that the snippets use without declaring them. */
const AROUND = {
  connectionUri: "pulumi.Output<string>",
  stagingUri: "string",
  neonApiKey: "pulumi.Output<string>",
  project: "pulumi.CustomResource & { connectionUri: pulumi.Output<string> }",
  user: "clickpipes.ClickPipesUser",
  publication: "clickpipes.Publication",
  config: "pulumi.Config",
};

/** What a whole program may import and a page does not show. */
const DECLARATIONS = ["examples/declarations/pulumi-clickhouse.d.ts"].map((file) => join(ROOT, file));

/** A whole program as it is; else statements, or arguments of a source, with what is around them. */
function program(code: string): string {
  if (/^import /m.test(code)) return code;
  const statements = code.includes("new clickpipes.") ? code : `new clickpipes.ClickPipesSource("app", {\n${code}});`;
  const source = /\} = source;/.test(code) ? "clickpipes.ClickPipesSource" : "clickpipes.Provider";
  const declared = Object.entries({ ...AROUND, source }).filter(([name]) => !code.includes(`const ${name} =`));
  return [
    'import type * as pulumi from "@pulumi/pulumi";',
    'import * as clickpipes from "pulumi-neon-clickpipes";',
    ...declared.map(([name, type]) => `declare const ${name}: ${type};`),
    statements,
  ].join("\n");
}

describe("the programs in README, docs and examples", () => {
  test("compile, every one of them", () => {
    const files = new Map(
      PAGES.flatMap((page) =>
        blocksIn(page, "ts").map((code, index): [string, string] => [join(ROOT, `${page}.${index}.ts`), program(code)]),
      ),
    );
    // The test of a program imports it.
    files.set(join(ROOT, "docs/index.ts"), programIn("README.md"));
    expect(files.size).toBeGreaterThan(25);
    expect(problems(files)).toEqual([]);
  });

  test("begin with one that is whole: README's, with nothing added", () => {
    const first = programIn("README.md");
    expect(program(first)).toBe(first);
    expect(first).toContain("new clickpipes.Provider(");
    expect(first).toContain("new clickpipes.ClickPipesSource(");
  });

  test("do not compile with a mistake, in whichever form they are", () => {
    const mistakes = [
      'import { Provider } from "pulumi-neon-clickpipes";\nnew Provider("a", { hots: "b" });',
      'new clickpipes.Provider("a", { hots: "b" });',
      "    tabels: [],",
      'new clickpipes.Provider("a", { host: hots });',
    ];
    const files = mistakes.map((code, index): [string, string] => [join(ROOT, `page.${index}.ts`), program(code)]);
    const found = problems(new Map(files)).map((problem) => problem.split(":")[0]);
    expect(found).toEqual(["page.0.ts", "page.1.ts", "page.2.ts", "page.3.ts"]);
  });
});

function problems(files: Map<string, string>): string[] {
  const { options } = ts.getParsedCommandLineOfConfigFile(
    join(ROOT, "tsconfig.json"),
    {},
    {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic: () => {},
    },
  ) as ts.ParsedCommandLine;
  const paths = { "pulumi-neon-clickpipes": [join(ROOT, "provider/index.ts")] };
  const all = { ...options, paths, noUnusedLocals: false, noUnusedParameters: false };
  const host = ts.createCompilerHost(all);
  const { readFile, fileExists } = host;
  host.readFile = (name) => files.get(name) ?? readFile(name);
  host.fileExists = (name) => files.has(name) || fileExists(name);
  const built = ts.createProgram([...files.keys(), ...DECLARATIONS], all, host);
  return [...files.keys()].flatMap((name) => {
    const file = built.getSourceFile(name);
    return [...built.getSyntacticDiagnostics(file), ...built.getSemanticDiagnostics(file)].map(
      ({ messageText }) => `${name.slice(ROOT.length + 1)}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`,
    );
  });
}
