import { mkdir, rename } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { buildProgram, goEnvironment, inBuildFolder, SUFFIX } from "./goBuild.mjs";
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
  const versions = join(pulumiHome(), "versions");
  const bin = join(versions, `yaml-${VERSION}`, "bin");
  const path = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  const found = await firstFolderWith(NAME, [...path, bin]);
  if (found) return found;
  const onWait = (seconds) => log(`another process is building the YAML host, waiting for it (${seconds} s)`);
  await withLock(join(versions, ".yaml-build.lock"), onWait, async () => {
    if (!(await firstFolderWith(NAME, [bin]))) await build(join(versions, ".yaml-build"), bin, log);
  });
  return bin;
}

async function build(work, bin, log) {
  log(`building ${NAME} ${VERSION} from its Go modules, 3 to 8 minutes`);
  await inBuildFolder(work, log, async () => {
    await buildProgram({ name: NAME, package: PACKAGE, version: VERSION }, { work, env: goEnvironment(work), log });
    await mkdir(bin, { recursive: true });
    await rename(join(work, "bin", NAME + SUFFIX), join(bin, NAME + SUFFIX));
  });
}
