import { realpathSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildFromGoModules } from "./engine/goModules.mjs";
import { withLock } from "./engine/lock.mjs";
import { runOfficialInstaller } from "./engine/officialInstaller.mjs";
import { findEngine, MINIMUM_VERSION, pulumiHome } from "./engine/search.mjs";

const BY_HAND =
  `Install the Pulumi CLI ${MINIMUM_VERSION} or newer by hand (pulumi.com/docs/install) and put its folder on PATH, ` +
  "or install Go 1.24 or newer (go.dev/dl), which lets this step build the CLI.";

/**
 * Finds the Pulumi engine, or installs or builds it in the Pulumi home. Put `bin` first on PATH.
 * @param {{ log?: (line: string) => void }} [options]
 * @returns {Promise<{ bin: string, version: string, source: string }>}
 */
export async function ensureEngine({ log = () => {} } = {}) {
  const found = await findEngine(log);
  if (found) return found;
  const lock = join(pulumiHome(), "versions", ".engine-build.lock");
  const onWait = (seconds) => log(`another process is installing the engine, waiting for it (${seconds} s)`);
  try {
    return await withLock(lock, onWait, async () => (await findEngine(() => {})) ?? install(log));
  } catch (error) {
    throw new Error(`No Pulumi engine could be found, installed or built.\n${error.message}\n${BY_HAND}`);
  }
}

async function install(log) {
  const failures = [];
  const ways = [
    { source: "official installer", step: runOfficialInstaller },
    { source: "Go modules", step: buildFromGoModules },
  ];
  for (const { source, step } of ways) {
    try {
      await step(log);
      const engine = await findEngine(log);
      if (engine) return { ...engine, source };
      throw new Error("it ended well, yet no complete engine is there");
    } catch (error) {
      log(`${source}: ${error.message.split("\n")[0]}`);
      failures.push(`- ${source}: ${error.message}`);
    }
  }
  throw new Error(failures.join("\n"));
}

async function main() {
  const log = (line) => process.stderr.write(`engine: ${line}\n`);
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(130));
  try {
    const { bin, version, source } = await ensureEngine({ log });
    log(`Pulumi ${version} (${source})`);
    process.stdout.write(`${bin}\n`);
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await main();
