import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { runCommand } from "./command.mjs";

// Checks what `npm publish` would send, with npm's usual tools: `npm run tarball`. Build the package first.
const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const FILES = /^(bin\/.+\.(js|d\.ts|json)|docs\/.+\.(md|svg)|(README|CHANGELOG)\.md|LICENSE|package\.json)$/;

const folder = mkdtempSync(join(tmpdir(), "clickpipes-tarball-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

/** `files`: what npm reports to have packed. */
function refuseOthers(files) {
  const others = files.map(({ path }) => path).filter((path) => !FILES.test(path));
  if (others.length > 0) throw new Error(`the tarball holds what no user needs: ${others.join(", ")}`);
}

async function main() {
  const pack = ["pack", "--ignore-scripts", "--json", "--pack-destination", folder];
  const [{ filename, files, unpackedSize }] = JSON.parse(await runCommand("npm", pack, { cwd: ROOT }));
  refuseOthers(files);
  const tarball = join(folder, filename);
  const npx = (...args) => runCommand("npx", ["--no-install", ...args], { cwd: ROOT });
  // node10 does not know `exports`. There the main entry has its types, and no program imports the other one by name.
  await Promise.all([
    npx("publint", "run", tarball, "--strict"),
    npx("attw", tarball, "--profile", "node16", "--no-emoji"),
  ]);
  console.log(`${filename}: ${files.length} files, ${Math.round(unpackedSize / 1000)} kB; publint and attw agree`);
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
