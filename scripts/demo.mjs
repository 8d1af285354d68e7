import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { setUp } from "./set-up.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];

/** The first step needs only Node. The others, in demo/run.ts, need what it installs. */
async function main() {
  const exit = () => process.exit(130);
  for (const signal of SIGNALS) process.on(signal, exit);
  console.log("\n[1/10] Install and build …");
  await setUp({ log: (line) => console.log(`  ${line}`) }).catch((error) => {
    throw new Error(`[1/10] Install and build: failed\n${error.message}`);
  });
  console.log("[1/10] Install and build: done");
  for (const signal of SIGNALS) process.off(signal, exit);
  process.exitCode = await runRest();
}

function runRest() {
  const args = ["--import", "tsx", join(HERE, "demo", "run.ts"), ...process.argv.slice(2)];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: dirname(HERE), stdio: "inherit" });
    // Before it ends, it stops what it started, and this process waits for that.
    for (const signal of SIGNALS) process.on(signal, () => child.kill(signal));
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 1));
  });
}

main().catch((error) => {
  console.error(`\n${error.message}`);
  process.exit(1);
});
