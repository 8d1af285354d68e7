import { access, constants, readdir } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { runCommand } from "../command.mjs";

export const MINIMUM_VERSION = "3.200.0";
/** The CLI, the host of Node programs, the launcher of dynamic providers: `pulumi up` needs all three. */
export const EXECUTABLES = ["pulumi", "pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"];
const SUFFIXES = process.platform === "win32" ? [".exe", ".cmd", ".bat"] : [""];

export function pulumiHome(env = process.env) {
  return env.PULUMI_HOME || join(homedir(), ".pulumi");
}

/** The first engine that is complete and new enough. Each rejected one is logged, since that explains a long build. */
export async function findEngine(log, env = process.env) {
  const path = (env.PATH ?? "").split(delimiter).filter(Boolean);
  const home = pulumiHome(env);
  const onPath = await firstFolderWith("pulumi", path);
  const places = [
    ...(onPath ? [{ bin: onPath, source: "PATH" }] : []),
    { bin: join(home, "bin"), source: "Pulumi home" },
  ];
  for (const version of await installedVersions(home)) {
    places.push({ bin: join(home, "versions", version, "bin"), source: "Pulumi home" });
  }
  for (const { bin, source } of places) {
    const engine = await inspect(bin, path, source, log);
    if (engine) return engine;
  }
  return undefined;
}

async function inspect(bin, path, source, log) {
  const executable = await executableIn(bin, "pulumi");
  if (!executable) return undefined;
  for (const name of EXECUTABLES.slice(1)) {
    if (!(await firstFolderWith(name, [bin, ...path]))) {
      log(`passed over ${executable}: ${name} is neither next to it nor on PATH`);
      return undefined;
    }
  }
  try {
    const answer = await runCommand(executable, ["version"], {
      env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "1" },
      timeoutMs: 30_000,
    });
    const version = /v?(\d+\.\d+\.\d+)/.exec(answer)?.[1] ?? "";
    if (compareVersions(version, MINIMUM_VERSION) >= 0) return { bin: dirname(executable), version, source };
    log(`passed over ${executable}: version ${version || answer.trim()} is older than ${MINIMUM_VERSION}`);
  } catch (error) {
    log(`passed over ${executable}: ${error.message}`);
  }
  return undefined;
}

async function installedVersions(home) {
  const names = await readdir(join(home, "versions")).catch(() => []);
  return names.filter((name) => /^\d/.test(name)).sort((a, b) => compareVersions(b, a));
}

export async function firstFolderWith(name, folders) {
  for (const folder of folders) if (await executableIn(folder, name)) return folder;
  return undefined;
}

async function executableIn(folder, name) {
  for (const suffix of SUFFIXES) {
    const file = join(folder, name + suffix);
    if (
      await access(file, constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return file;
  }
  return undefined;
}

export function compareVersions(a, b) {
  const left = a.split(".").map(Number.parseFloat);
  const right = b.split(".").map(Number.parseFloat);
  for (let i = 0; i < 3; i++) {
    const difference = (left[i] || 0) - (right[i] || 0);
    if (difference) return difference;
  }
  return 0;
}
