import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { DeclarationReflection, ProjectReflection } from "typedoc";
import { ReflectionKind } from "typedoc";
import { readModel, sourceOf } from "./model.mjs";
import { renderPage } from "./page.mjs";

// `npm run docs` writes docs/resources from the docstrings of provider/; with --check it only says what is not current.
const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const FOLDER = join(ROOT, "docs", "resources");

/** Types that are described on the page of a resource in another file. */
const DESCRIBED_WITH: Readonly<Record<string, string>> = {
  "clickPipesSourceArgs.ts": "ClickPipesSource",
  "pipe.ts": "ClickPipesSource",
  "publicationArgs.ts": "Publication",
  "check.ts": "SourceReadiness",
  "uncovered.ts": "ClickPipesGrants",
};

function renderAll(project: ProjectReflection): Map<string, string> {
  const declarations = project.children ?? [];
  const resources = declarations.filter(({ kind }) => kind === ReflectionKind.Class);
  const home = new Map(declarations.map((type) => [type.name, pageOf(type, resources)]));
  const pages = resources.map((resource): [string, string] => {
    const types = declarations.filter((type) => type !== resource && home.get(type.name) === resource.name);
    const links = new Map([...home].map(([name, page]) => [name, linkTo(name, page, resource.name)]));
    return [`${resource.name}.md`, renderPage({ resource, types, links })];
  });
  return new Map(pages);
}

function pageOf(type: DeclarationReflection, resources: DeclarationReflection[]): string {
  const file = sourceOf(type).split("/").at(-1) ?? "";
  const here = resources.find((resource) => sourceOf(resource) === sourceOf(type))?.name;
  const page = here ?? DESCRIBED_WITH[file];
  if (page === undefined) throw new Error(`${type.name} of ${file} has no page: add the file to DESCRIBED_WITH`);
  return page;
}

function linkTo(name: string, page: string, from: string): string {
  const anchor =
    name === page ? "" : name.endsWith("Args") && name === `${page}Args` ? "#arguments" : `#${name.toLowerCase()}`;
  return page === from ? anchor || "#" : `${page}.md${anchor}`;
}

async function main(check: boolean): Promise<void> {
  const pages = renderAll(await readModel(ROOT));
  await mkdir(FOLDER, { recursive: true });
  const old = (await readdir(FOLDER)).filter((name) => !pages.has(name));
  const stale: string[] = [...old];
  for (const [name, text] of pages) {
    const file = join(FOLDER, name);
    if ((await readFile(file, "utf8").catch(() => "")) === text) continue;
    stale.push(name);
    if (!check) await writeFile(file, text);
  }
  if (!check) for (const name of old) await rm(join(FOLDER, name));
  if (check && stale.length > 0)
    throw new Error(`not as the docstrings have it: docs/resources/${stale.join(", ")}. Run \`npm run docs\``);
  console.log(stale.length === 0 ? "docs/resources is current" : `docs/resources: ${stale.join(", ")} written`);
}

main(process.argv.includes("--check")).catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
