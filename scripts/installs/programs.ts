import { writeFileSync } from "node:fs";
import { join } from "node:path";

const BODY = `
pulumi.runtime.setMocks(
  { newResource: ({ name, inputs }) => ({ id: name, state: inputs }), call: () => ({}) }, "app", "dev");
process.env.DATABASE_URL = "postgres://owner:secret@127.0.0.1/app";
const source = new clickpipes.ClickPipesSource("orders", { tables: ["public.orders"] });
source.connection.user.apply((user) => console.log(clickpipes.Publication.isInstance(source.publication), user));
`;

const COMMONJS = `const pulumi = require("@pulumi/pulumi");\nconst clickpipes = require("pulumi-neon-clickpipes");\n${BODY}`;
const ESM = `import * as pulumi from "@pulumi/pulumi";\nimport * as clickpipes from "pulumi-neon-clickpipes";\n${BODY}`;
const NAMED = ESM.replace("* as clickpipes", "{ ClickPipesSource, Publication }").replaceAll("clickpipes.", "");

/** What each program prints once it has found the package, its parts and its peer. */
export const PRINTED = "true clickpipes_user";

export const PROGRAMS = ["program.cjs", "program.mjs", "named.mjs"];
export const TYPESCRIPT = "program.mts";

export function writePrograms(folder: string): void {
  const files = { "program.cjs": COMMONJS, "program.mjs": ESM, "named.mjs": NAMED };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const typed = ESM.replace("({ name, inputs })", "({ name, inputs }: pulumi.runtime.MockResourceArgs)");
  for (const name of [TYPESCRIPT, "program.cts"]) writeFileSync(join(folder, name), typed);
}

/** The compiler options that programs use. */
export const RESOLUTIONS: [name: string, options: string[]][] = [
  ["node16", ["--module", "node16", "program.mts", "program.cts"]],
  ["bundler", ["--module", "esnext", "--moduleResolution", "bundler", "program.mts"]],
];
