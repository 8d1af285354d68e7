import { realpathSync } from "node:fs";
import { readdir, readFile, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { runCommand } from "./command.mjs";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const NPM = process.platform === "win32" ? "npm.cmd" : "npm";

/**
 * Installs what the lock file names and compiles provider/ into bin/, each only if needed.
 * @param {{ log?: (line: string) => void }} [options]
 */
export async function setUp({ log = () => {} } = {}) {
  if (!(await isInstalled())) {
    await step(log, "npm ci", ["ci"], "Is the package registry reachable? `npm ci` shows the whole of it.");
  }
  const start = Date.now();
  if (!(await isBuilt())) {
    // Without the flag, a failed build would look up to date.
    await step(log, "npm run build", ["run", "build", "--", "--noEmitOnError"], "Fix what the compiler reports.");
    await removeLeftovers(join(ROOT, "bin"), start);
  }
}

async function step(log, name, args, advice) {
  const start = Date.now();
  const seconds = () => Math.round((Date.now() - start) / 1000);
  log(`${name} …`);
  const timer = setInterval(() => log(`${name}: ${seconds()} s so far`), 10_000);
  try {
    await runCommand(NPM, args, { cwd: ROOT, timeoutMs: 900_000 });
    log(`${name}: done in ${seconds()} s`);
  } catch (error) {
    throw new Error(`Set-up failed at \`${name}\`. ${advice}\n${error.message}`);
  } finally {
    clearInterval(timer);
  }
}

/** Compares npm's own record of what it installed with the lock file. By date, every fresh checkout would look stale. */
async function isInstalled() {
  const wanted = await readPackages(join(ROOT, "package-lock.json"));
  const installed = await readPackages(join(ROOT, "node_modules", ".package-lock.json"));
  if (!wanted || !installed) return false;
  return Object.entries(wanted).every(([path, { version, optional, link }]) => {
    if (path === "" || !path.includes("node_modules/")) return true;
    const found = installed[path];
    // An optional package for another platform is never installed.
    return found ? link || found.version === version : optional;
  });
}

async function readPackages(file) {
  try {
    return JSON.parse(await readFile(file, "utf8")).packages;
  } catch {
    return undefined;
  }
}

async function isBuilt() {
  const built = await changedAt(join(ROOT, "bin", "index.js"));
  if (!built) return false;
  const sources = ["provider", "tsconfig.json", "tsconfig.build.json"].map((name) => join(ROOT, name));
  // Folders count too: only their date shows that a file was deleted.
  const nested = (await readdir(sources[0], { recursive: true })).map((name) => join(sources[0], name));
  const dates = await Promise.all([...sources, ...nested].map(changedAt));
  return dates.every((date) => date <= built);
}

/** Output of an earlier build whose source no longer exists. */
async function removeLeftovers(folder, since) {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath ?? entry.path, entry.name);
    if (entry.isFile() && (await changedAt(file)) < since) await rm(file);
  }
}

async function changedAt(file) {
  return (await stat(file).catch(() => undefined))?.mtimeMs ?? 0;
}

async function main() {
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(130));
  try {
    await setUp({ log: (line) => process.stderr.write(`set-up: ${line}\n`) });
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await main();
