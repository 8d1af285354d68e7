import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pack, releaseNames, writeInstalled, writePackage } from "./contents";

// `npm run plugin` writes the plugin's npm package to .cache/plugin/npm; with --release also a tarball for each platform, to
// .cache/plugin/release.
const OUTPUT = resolve(__dirname, "../../.cache/plugin");

async function release(): Promise<void> {
  const target = join(OUTPUT, "release");
  const folder = mkdtempSync(join(tmpdir(), "clickpipes-release-"));
  try {
    writeInstalled(folder);
    mkdirSync(target, { recursive: true });
    const [first = "", ...others] = releaseNames().map((name) => join(target, name));
    await pack(folder, first);
    for (const other of others) cpSync(first, other);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function main(): Promise<void> {
  const { setUp } = await import("../set-up.mjs");
  await setUp({ log: (line) => console.error(line) });
  rmSync(OUTPUT, { recursive: true, force: true });
  writePackage(join(OUTPUT, "npm"));
  if (process.argv.includes("--release")) await release();
  console.log(`written to ${OUTPUT}`);
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
