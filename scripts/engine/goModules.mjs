import { rmSync } from "node:fs";
import { chmod, copyFile, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "../command.mjs";
import { EXECUTABLES, pulumiHome } from "./search.mjs";

const VERSION = "3.200.0";
const SDK = "github.com/pulumi/pulumi/sdk/v3";
const [CLI, LANGUAGE_HOST, LAUNCHER] = EXECUTABLES;
const SUFFIX = process.platform === "win32" ? ".exe" : "";

/** The last line of SDK versions that still holds the language host; it runs today's SDK. Later it is a module the proxy refuses. */
const LANGUAGE_HOST_VERSION = "v3.68.0";
const PROGRAMS = [
  { name: CLI, package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi", version: `v${VERSION}` },
  { name: LANGUAGE_HOST, package: `${SDK}/nodejs/cmd/${LANGUAGE_HOST}`, version: LANGUAGE_HOST_VERSION },
];

/** With retries: what was just killed may still be writing. */
const REMOVAL = { recursive: true, force: true, maxRetries: 5, retryDelay: 200 };

/** Builds the three files in a folder of the Pulumi home and moves them in place, the CLI last: an engine is there wholly or not at all. */
export async function buildFromGoModules(log) {
  const versions = join(pulumiHome(), "versions");
  // One fixed name: what a killed build downloaded and compiled is found again by the next.
  const work = join(versions, ".engine-build");
  const bin = join(versions, VERSION, "bin");
  const env = goEnvironment(work);
  await runCommand("go", ["version"], { env, timeoutMs: 30_000 });
  await mkdir(join(work, "bin"), { recursive: true });
  const abort = new AbortController();
  log(`building the engine ${VERSION} from its Go modules, about 3 minutes on two cores`);
  const stopProgress = reportProgress(log);
  const removeWork = () => rmSync(work, REMOVAL);
  process.once("exit", removeWork);
  try {
    await Promise.all([
      ...PROGRAMS.map((program) => build(program, work, env, abort.signal, log)),
      copyLauncher(work, env, abort.signal),
    ]);
    await mkdir(bin, { recursive: true });
    for (const name of [LAUNCHER, LANGUAGE_HOST + SUFFIX, CLI + SUFFIX]) {
      await rename(join(work, "bin", name), join(bin, name));
    }
  } catch (error) {
    abort.abort();
    throw error;
  } finally {
    stopProgress();
    process.off("exit", removeWork);
    await rm(work, REMOVAL);
  }
}

/** Go's caches live in the build's own folder: nothing is written elsewhere, and all of it goes away at the end. */
function goEnvironment(work) {
  const go = join(work, "go");
  return {
    ...process.env,
    GOPATH: go,
    GOMODCACHE: join(go, "modules"),
    GOCACHE: join(go, "cache"),
    GOFLAGS: "-buildvcs=false -modcacherw",
    GOWORK: "off",
  };
}

/** `replace` lines in these modules forbid `go install package@version`, hence a throw-away module for each. */
async function build(program, work, env, signal, log) {
  const cwd = join(work, `module-${program.name}`);
  await rm(cwd, { recursive: true, force: true });
  await mkdir(cwd);
  const version = `-X ${SDK}/go/common/version.Version=${VERSION}`;
  const target = join(work, "bin", program.name + SUFFIX);
  await writeFile(join(cwd, "go.mod"), "module throwaway\n");
  await runCommand("go", ["get", `${program.package}@${program.version}`], { cwd, env, signal });
  log(`downloaded the modules of ${program.name}, compiling`);
  const flags = ["-trimpath", "-ldflags", `-s -w ${version}`];
  await runCommand("go", ["build", ...flags, "-o", target, program.package], { cwd, env, signal });
  log(`built ${program.name}`);
}

async function copyLauncher(work, env, signal) {
  const options = { cwd: work, env, signal };
  const answer = await runCommand("go", ["mod", "download", "-json", `${SDK}@v${VERSION}`], options);
  const target = join(work, "bin", LAUNCHER);
  await copyFile(join(JSON.parse(answer).Dir, "nodejs", "dist", LAUNCHER), target);
  await chmod(target, 0o755);
}

function reportProgress(log) {
  const start = Date.now();
  const timer = setInterval(() => log(`still building, ${Math.round((Date.now() - start) / 1000)} s so far`), 10_000);
  return () => clearInterval(timer);
}
