import { readFileSync } from "node:fs";
import { join } from "node:path";
import { blocksIn, commandsIn, PAGES, ROOT } from "./snippets";

/** The commands of the pages that no test runs as they are, and why. */
export const EXCUSED: readonly { command: RegExp; why: string }[] = [
  {
    command: /^npm install pulumi-neon-clickpipes @pulumi\/pulumi$/,
    why: "needs a registry that has this version; test/engine/installation.test.ts and `npm run test:installs` install the tarball",
  },
  { command: /^npm ci && npm run build$/, why: "is what .ci/run and the set-up of these tests have done already" },
  {
    command: /^pulumi package add terraform-provider /,
    why: "needs hosts beyond the package registries; the types are checked against examples/declarations",
  },
  { command: /^psql /, why: "psql is in no package; the migrations are the reader's own" },
  {
    command: /^export CLICKHOUSE_KEY=|^pulumi stack output postgresSource .*\| node post\.mjs$/,
    why: "needs a ClickHouse Cloud account; test/engine/clickPipe.test.ts runs post.mjs with a stand-in for the API",
  },
];

/** Each command of a page that users read, once, with the pages that have it. */
export function allCommands(): Map<string, string[]> {
  const commands = new Map<string, string[]>();
  for (const page of PAGES)
    for (const command of blocksIn(page, "sh").flatMap(commandsIn))
      commands.set(command, [...new Set([...(commands.get(command) ?? []), page])]);
  return commands;
}

/** The commands of a page's block that begins with this one. */
export function blockOf(page: string, first: string): string[] {
  const block = blocksIn(page, "sh")
    .map(commandsIn)
    .find(([command]) => command === first);
  if (!block) throw new Error(`${page} has no block that begins with: ${first}`);
  return block;
}

/** The scripts of package.json that a page names. */
export function scriptsIn(page: string): string[] {
  const text = readFileSync(join(ROOT, page), "utf8");
  return [...text.matchAll(/\bnpm (?:run ([\w:]+)|(test))\b/g)].map(([, name, test]) => name ?? test ?? "");
}
