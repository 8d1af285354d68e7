import { spawnSync } from "node:child_process";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { setUp } from "./set-up.mjs";

// `npm test`: set-up, static checks, then all tests; words after `--` go to the test runner (file names, `-t "a name"`).
const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const NPX = process.platform === "win32" ? "npx.cmd" : "npx";

const CHECKS = [
  ["lint and format", ["biome", "ci", "--error-on-warnings", "."]],
  ["types, and the contract", ["tsc", "--noEmit", "-p", "tsconfig.json"]],
  ["unused code", ["knip"]],
  ["pages made from the docstrings", ["tsx", "scripts/docs/run.mts", "--check"]],
  ["links in Markdown", ["remark", "--frail", "--no-stdout", "--quiet", ".", ".github"]],
  ["the tarball", ["tsx", "scripts/tarball.mjs"]],
];

function run(name, args) {
  process.stderr.write(`test: ${name} …\n`);
  const { status } = spawnSync(NPX, ["--no-install", ...args], { cwd: ROOT, stdio: "inherit" });
  if (status === 0) return;
  process.stderr.write(`test: ${name} failed\n`);
  process.exit(status ?? 1);
}

await setUp({ log: (line) => process.stderr.write(`set-up: ${line}\n`) });
for (const [name, args] of CHECKS) run(name, args);
run("tests", ["vitest", "run", ...process.argv.slice(2)]);
