import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";

const ROOT = resolve(__dirname, "../..");
const PAGES = ["README.md", ...readdir("docs"), ...readdir("docs/resources")];

function readdir(folder: string): string[] {
  return ts.sys
    .readDirectory(join(ROOT, folder), [".md"], undefined, ["*.md"])
    .map((file) => file.slice(ROOT.length + 1));
}

/** The variables that the snippets use without declaring them. */
const AROUND = {
  connectionUri: "pulumi.Output<string>",
  stagingUri: "string",
  neonApiKey: "pulumi.Output<string>",
  project: "pulumi.CustomResource & { connectionUri: pulumi.Output<string> }",
  user: "clickpipes.ClickPipesUser",
  publication: "clickpipes.Publication",
};

/** Only whole statements, not fragments of arguments. */
function snippets(page: string): string[] {
  const blocks = readFileSync(join(ROOT, page), "utf8").matchAll(/^```ts\n([\s\S]*?)^```/gm);
  return [...blocks].map(([, code = ""]) => code).filter((code) => code.includes("new clickpipes."));
}

function program(code: string): string {
  const source = /\} = source;/.test(code) ? "clickpipes.ClickPipesSource" : "clickpipes.Provider";
  const declared = Object.entries({ ...AROUND, source }).filter(([name]) => !code.includes(`const ${name} =`));
  return [
    'import type * as pulumi from "@pulumi/pulumi";',
    ...(code.includes("import * as clickpipes") ? [] : ['import * as clickpipes from "pulumi-neon-clickpipes";']),
    ...declared.map(([name, type]) => `declare const ${name}: ${type};`),
    code,
  ].join("\n");
}

test("the programs in README and docs compile", () => {
  const files = new Map(
    PAGES.flatMap((page) =>
      snippets(page).map((code, index): [string, string] => [join(ROOT, `${page}.${index}.ts`), program(code)]),
    ),
  );
  expect(files.size).toBeGreaterThan(10);
  expect(problems(files)).toEqual([]);
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
  const built = ts.createProgram([...files.keys()], all, host);
  return [...files.keys()].flatMap((name) => {
    const file = built.getSourceFile(name);
    return [...built.getSyntacticDiagnostics(file), ...built.getSemanticDiagnostics(file)].map(
      ({ messageText }) => `${name.slice(ROOT.length + 1)}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`,
    );
  });
}
