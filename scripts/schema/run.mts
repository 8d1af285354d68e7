import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { readModel } from "../docs/model.mjs";
import { buildSchema } from "./schema.mjs";

// `npm run schema` writes the schema of the plugin from the docstrings and types of provider/; with --check it only says whether it
// is current.
const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const FILE = "provider/plugin/schema.json";

async function main(check: boolean): Promise<void> {
  const manifest = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8"));
  const text = `${JSON.stringify(buildSchema(await readModel(ROOT), manifest), null, 2)}\n`;
  const isCurrent = (await readFile(join(ROOT, FILE), "utf8").catch(() => "")) === text;
  if (check && !isCurrent) throw new Error(`${FILE} is not as the docstrings have it. Run \`npm run schema\``);
  if (!isCurrent) await writeFile(join(ROOT, FILE), text);
  console.log(isCurrent ? `${FILE} is current` : `${FILE} written`);
}

main(process.argv.includes("--check")).catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
