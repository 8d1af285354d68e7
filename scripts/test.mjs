import { spawnSync } from "node:child_process";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { setUp } from "./set-up.mjs";

// `npm test`: set-up, static checks, then all tests. Words after `--` go to the test runner (file names, `-t "a name"`).
// `npm run test:long`: the full versions of the tests that `npm test` shortens, with their figures at the end.
const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const NPX = process.platform === "win32" ? "npx.cmd" : "npx";

const CHECKS = [
  ["lint and format", ["biome", "ci", "--error-on-warnings", "."]],
  ["types, and the contract", ["tsc", "--noEmit", "-p", "tsconfig.json"]],
  ["unused code", ["knip"]],
  ["pages made from the docstrings", ["tsx", "scripts/docs/run.mts", "--check"]],
  ["the plugin's schema, made from them", ["tsx", "scripts/schema/run.mts", "--check"]],
  ["links in Markdown", ["remark", "--frail", "--no-stdout", "--quiet", ".", ".github"]],
  ["the tarball", ["tsx", "scripts/tarball.mjs"]],
];

/** Parts of the names of the test files that `--long` runs in full. */
const LONG_PROOFS = [
  "test/crash/",
  "test/properties/",
  "interruption",
  "histories",
  "publication/reader",
  "loudLogs",
  "otherRolesCode",
  "hostileSettings",
  "echoedSecrets",
];

function run(name, args, env = {}) {
  process.stderr.write(`test: ${name} …\n`);
  const options = { cwd: ROOT, stdio: "inherit", env: { ...process.env, ...env } };
  const { status } = spawnSync(NPX, ["--no-install", ...args], options);
  if (status === 0) return;
  process.stderr.write(`test: ${name} failed\n`);
  process.exit(status ?? 1);
}

await setUp({ log: (line) => process.stderr.write(`set-up: ${line}\n`) });
const words = process.argv.slice(2);
if (words[0] === "--long") {
  const chosen = words.slice(1);
  run("long proofs", ["vitest", "run", ...(chosen.length > 0 ? chosen : LONG_PROOFS)], { LONG: "1" });
} else {
  for (const [name, args] of CHECKS) run(name, args);
  run("tests", ["vitest", "run", ...words]);
}
