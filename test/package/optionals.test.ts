import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import ts from "typescript";
import { afterAll, beforeAll, expect, test } from "vitest";

const ROOT = resolve(__dirname, "../..");

const HEAD = `
import * as pulumi from "@pulumi/pulumi";
import type * as ours from "pulumi-neon-clickpipes";
`;

/** Each optional argument, given as undefined, such as a setting that a caller may leave out. */
const UNDEFINED = `${HEAD}
type Optional<T> = { [K in keyof T as {} extends Pick<T, K> ? K : never]: undefined };
type Takes<T> = Optional<T> extends Pick<T, keyof Optional<T> & keyof T> ? true : never;
export const taken: [
  Takes<ours.ProviderArgs>, Takes<ours.ClickPipesSourceArgs>, Takes<ours.ClickPipesUserArgs>, Takes<ours.ClickPipesGrantsArgs>,
  Takes<ours.PublicationArgs>, Takes<ours.IpAllowlistArgs>, Takes<ours.LogicalReplicationArgs>, Takes<ours.SourceReadinessArgs>,
  Takes<ours.PipeArgs>, Takes<ours.ClickPipesRegion>,
] = [true, true, true, true, true, true, true, true, true, true];
`;

/** \`source.postgres\` of a Clickpipe, as the SDKs of different Pulumi CLIs declare an optional input. */
function generatedSdk(optional: (type: string) => string): string {
  return `${HEAD}
interface Settings {
  replicationMode: pulumi.Input<string>;
  publicationName?: ${optional("string")};
  replicationSlotName?: ${optional("string")};
  pullBatchSize?: ${optional("number")};
  syncIntervalSeconds?: ${optional("number")};
  enableFailoverSlots?: ${optional("boolean")};
}
interface TableMapping {
  sourceSchemaName: pulumi.Input<string>;
  sourceTable: pulumi.Input<string>;
  targetTable: pulumi.Input<string>;
  excludedColumns?: ${optional("pulumi.Input<string>[]")};
  sortingKeys?: ${optional("pulumi.Input<string>[]")};
  tableEngine?: ${optional("string")};
}
interface Postgres {
  type?: ${optional("string")};
  host: pulumi.Input<string>;
  port?: ${optional("number")};
  database: pulumi.Input<string>;
  credentials: pulumi.Input<{ username: pulumi.Input<string>; password?: ${optional("string")} }>;
  settings: pulumi.Input<Settings>;
  tableMappings: pulumi.Input<pulumi.Input<TableMapping>[]>;
}
declare const source: ours.ClickPipesSource;
export const postgres: pulumi.Input<Postgres> = source.postgresSource;
`;
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "clickpipes-optionals-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  { title: "every optional argument takes undefined", program: UNDEFINED },
  { title: "postgresSource fits an SDK with Input<T>", program: generatedSdk((type) => `pulumi.Input<${type}>`) },
  {
    title: "postgresSource fits an SDK with Input<T | undefined>",
    program: generatedSdk((type) => `pulumi.Input<${type} | undefined>`),
  },
])("$title, with and without exactOptionalPropertyTypes", ({ program }) => {
  const file = join(folder, "program.ts");
  writeFileSync(file, program);
  expect([false, true].map((exact) => problemsOf(file, exact))).toEqual([[], []]);
});

test("an optional argument without undefined would be found", () => {
  const file = join(folder, "program.ts");
  writeFileSync(file, `${UNDEFINED}\nexport const other: Takes<{ a?: pulumi.Input<string> }> = true;`);
  expect(problemsOf(file, true)).toHaveLength(1);
});

function problemsOf(file: string, exactOptionalPropertyTypes: boolean): string[] {
  const program = ts.createProgram([file], {
    ...{ strict: true, exactOptionalPropertyTypes, noEmit: true, skipLibCheck: true, types: [] },
    ...{ target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS, esModuleInterop: true },
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    paths: {
      "pulumi-neon-clickpipes": [join(ROOT, "bin/index.d.ts")],
      "@pulumi/pulumi": [join(ROOT, "node_modules/@pulumi/pulumi")],
    },
  });
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}
