import { rmSync } from "node:fs";
import { access, constants, mkdir, rename, rm } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { buildProgram, goEnvironment, REMOVAL, reportProgress, SUFFIX } from "./goBuild.mjs";
import { withLock } from "./lock.mjs";
import { firstFolderWith, pulumiHome } from "./search.mjs";

const NAME = "pulumi-language-yaml";
const VERSION = "v1.25.0";
const PACKAGE = `github.com/pulumi/pulumi-yaml/cmd/${NAME}`;

/**
 * The folder with Pulumi's host of YAML programs. An engine of the official installer has it; otherwise it is built once from its
 * Go modules, and kept in the Pulumi home.
 * @param {{ log?: (line: string) => void }} [options]
 * @returns {Promise<string>}
 */
export async function ensureYamlHost({ log = () => {} } = {}) {
  const installed = await firstFolderWith(NAME, (process.env.PATH ?? "").split(delimiter).filter(Boolean));
  if (installed) return installed;
  const versions = join(pulumiHome(), "versions");
  const bin = join(versions, `yaml-${VERSION}`, "bin");
  const target = join(bin, NAME + SUFFIX);
  if (await isExecutable(target)) return bin;
  const onWait = (seconds) => log(`another process is building the YAML host, waiting for it (${seconds} s)`);
  await withLock(join(versions, ".yaml-build.lock"), onWait, async () => {
    if (await isExecutable(target)) return;
    await build(join(versions, ".yaml-build"), bin, target, log);
  });
  return bin;
}

async function build(work, bin, target, log) {
  log(`building ${NAME} ${VERSION} from its Go modules, 3 to 8 minutes`);
  const stopProgress = reportProgress(log);
  const removeWork = () => rmSync(work, REMOVAL);
  process.once("exit", removeWork);
  try {
    await mkdir(join(work, "bin"), { recursive: true });
    await buildProgram({ name: NAME, package: PACKAGE, version: VERSION }, { work, env: goEnvironment(work), log });
    await mkdir(bin, { recursive: true });
    await rename(join(work, "bin", NAME + SUFFIX), target);
  } finally {
    stopProgress();
    process.off("exit", removeWork);
    await rm(work, REMOVAL);
  }
}

function isExecutable(file) {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
