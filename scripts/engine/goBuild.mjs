import { rmSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "../command.mjs";

export const SUFFIX = process.platform === "win32" ? ".exe" : "";

/** With retries, since a process that was just killed may still be writing. */
const REMOVAL = { recursive: true, force: true, maxRetries: 5, retryDelay: 200 };

/** Go's caches are in the build's own folder. Nothing is written elsewhere, and all of it is removed at the end. */
export function goEnvironment(work) {
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

/** `replace` lines in these modules forbid `go install package@version`, so each gets a temporary module. */
export async function buildProgram(program, { work, env, signal, log, linkerFlags = "" }) {
  const cwd = join(work, `module-${program.name}`);
  await rm(cwd, { recursive: true, force: true });
  await mkdir(cwd);
  const target = join(work, "bin", program.name + SUFFIX);
  await writeFile(join(cwd, "go.mod"), "module throwaway\n");
  await runCommand("go", ["get", `${program.package}@${program.version}`], { cwd, env, signal });
  log(`downloaded the modules of ${program.name}, compiling`);
  const flags = ["-trimpath", "-ldflags", `-s -w ${linkerFlags}`];
  await runCommand("go", ["build", ...flags, "-o", target, program.package], { cwd, env, signal });
  log(`built ${program.name}`);
}

/** Runs a build in a folder of its own, which is removed at the end, and says every few seconds that it still runs. */
export async function inBuildFolder(work, log, build) {
  const stopProgress = reportProgress(log);
  const removeWork = () => rmSync(work, REMOVAL);
  process.once("exit", removeWork);
  try {
    await mkdir(join(work, "bin"), { recursive: true });
    return await build();
  } finally {
    stopProgress();
    process.off("exit", removeWork);
    await rm(work, REMOVAL);
  }
}

function reportProgress(log) {
  const start = Date.now();
  const timer = setInterval(() => log(`still building, ${Math.round((Date.now() - start) / 1000)} s so far`), 10_000);
  return () => clearInterval(timer);
}
