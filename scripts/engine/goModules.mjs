import { chmod, copyFile, mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "../command.mjs";
import { buildProgram, goEnvironment, inBuildFolder, SUFFIX } from "./goBuild.mjs";
import { EXECUTABLES, pulumiHome } from "./search.mjs";

const VERSION = "3.200.0";
const SDK = "github.com/pulumi/pulumi/sdk/v3";
const [CLI, LANGUAGE_HOST, LAUNCHER] = EXECUTABLES;

/** The last SDK versions that contain the language host, which runs today's SDK. Later it is a module that the proxy refuses. */
const LANGUAGE_HOST_VERSION = "v3.68.0";
const PROGRAMS = [
  { name: CLI, package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi", version: `v${VERSION}` },
  { name: LANGUAGE_HOST, package: `${SDK}/nodejs/cmd/${LANGUAGE_HOST}`, version: LANGUAGE_HOST_VERSION },
];

const LINKER_FLAGS = `-X ${SDK}/go/common/version.Version=${VERSION}`;

/** Builds the three files in a folder of the Pulumi home and moves them in place, the CLI last, so that an engine is never incomplete. */
export async function buildFromGoModules(log) {
  const versions = join(pulumiHome(), "versions");
  // One fixed name, so that the next build reuses what a killed one downloaded and compiled.
  const work = join(versions, ".engine-build");
  const bin = join(versions, VERSION, "bin");
  const env = goEnvironment(work);
  await runCommand("go", ["version"], { env, timeoutMs: 30_000 });
  log(`building the engine ${VERSION} from its Go modules, about 3 minutes on two cores`);
  await inBuildFolder(work, log, async () => {
    await buildAll(work, env, log);
    await mkdir(bin, { recursive: true });
    for (const name of [LAUNCHER, LANGUAGE_HOST + SUFFIX, CLI + SUFFIX]) {
      await rename(join(work, "bin", name), join(bin, name));
    }
  });
}

/** If one part fails, the others end with it. */
async function buildAll(work, env, log) {
  const abort = new AbortController();
  const { signal } = abort;
  try {
    await Promise.all([
      ...PROGRAMS.map((program) => buildProgram(program, { work, env, signal, log, linkerFlags: LINKER_FLAGS })),
      copyLauncher(work, env, signal),
    ]);
  } catch (error) {
    abort.abort();
    throw error;
  }
}

async function copyLauncher(work, env, signal) {
  const options = { cwd: work, env, signal };
  const answer = await runCommand("go", ["mod", "download", "-json", `${SDK}@v${VERSION}`], options);
  const target = join(work, "bin", LAUNCHER);
  await copyFile(join(JSON.parse(answer).Dir, "nodejs", "dist", LAUNCHER), target);
  await chmod(target, 0o755);
}
