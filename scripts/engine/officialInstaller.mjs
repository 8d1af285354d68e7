import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommand } from "../command.mjs";
import { pulumiHome } from "./search.mjs";

const VERSION = "3.260.0";
const WINDOWS = process.platform === "win32";
const SCRIPT = WINDOWS ? "https://get.pulumi.com/install.ps1" : "https://get.pulumi.com/install.sh";

/** As npm's `pulumi` and the Automation API do: runs Pulumi's own script, which installs into that version's folder in the Pulumi home. */
export async function runOfficialInstaller(log) {
  log(`asking the official installer for ${VERSION}`);
  const script = await download();
  const root = join(pulumiHome(), "versions", VERSION);
  const file = join(tmpdir(), `pulumi-install-${process.pid}${WINDOWS ? ".ps1" : ".sh"}`);
  try {
    await writeFile(file, script, { mode: 0o700 });
    const [command, args] = WINDOWS
      ? [
          "powershell.exe",
          ["-NoProfile", "-ExecutionPolicy", "Bypass", "-File", file, "-NoEditPath", "-InstallRoot", root],
        ]
      : ["sh", [file, "--no-edit-path", "--install-root", root]];
    const versionFlag = WINDOWS ? "-Version" : "--version";
    await runCommand(command, [...args, versionFlag, VERSION], { timeoutMs: 180_000, onLine: log });
  } finally {
    await rm(file, { force: true });
  }
}

async function download() {
  try {
    const response = await fetch(SCRIPT, { signal: AbortSignal.timeout(10_000) });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    return await response.text();
  } catch (error) {
    throw new Error(`${SCRIPT} cannot be reached (${error.cause?.code ?? error.message})`);
  }
}
