import { cpSync, existsSync, lstatSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, relative, resolve, sep } from "node:path";
import { dependenciesOf, manifestOf } from "./dependencies";

const ROOT = resolve(__dirname, "../..");
const COMPILED = join(ROOT, "bin");

/** The manifest of the npm package. What is published is assembled elsewhere. */
export const PACKAGE = join(ROOT, "provider/plugin/package");

/** Compiled, and of no use to a plugin: the other front, the command, declarations. */
const OTHERS: readonly string[] = ["dynamic", "cli", "index.js"];

const PLATFORMS: readonly string[] = ["darwin", "linux", "windows"].flatMap((os) => [`${os}-amd64`, `${os}-arm64`]);

const SHELL = `#!/bin/sh
folder=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
if ! command -v node >/dev/null; then
  echo "pulumi-resource-clickpipes needs Node 20.11 or newer on PATH: https://nodejs.org" >&2
  exit 1
fi
exec node "$folder/bin/plugin/main.js" "$@"
`;
const WINDOWS = '@echo off\r\nnode "%~dp0bin\\plugin\\main.js" %*\r\n';

/** Writes what `npm publish` is to send. Compile first. */
export function writePackage(folder: string): void {
  if (!existsSync(join(COMPILED, "plugin/main.js"))) throw new Error("nothing is compiled: run `npm run build` first");
  cpSync(PACKAGE, folder, { recursive: true });
  cpSync(join(ROOT, "LICENSE"), join(folder, "LICENSE"));
  cpSync(COMPILED, join(folder, "bin"), {
    recursive: true,
    filter: (path) => !path.endsWith(".d.ts") && !OTHERS.includes(relative(COMPILED, path)),
  });
}

/**
 * Writes what a release's tarball holds: an executable of the name that Pulumi starts, the compiled plugin and its dependencies.
 * No PulumiPlugin.yaml, with which Pulumi would install the dependencies again; no links, which older engines refuse.
 */
export function writeInstalled(folder: string): void {
  writePackage(folder);
  rmSync(join(folder, "PulumiPlugin.yaml"));
  for (const from of dependenciesOf(PACKAGE)) {
    cpSync(from, placeOf(from, folder), { recursive: true, filter: isOwn(from) });
  }
  writeFileSync(join(folder, "pulumi-resource-clickpipes"), SHELL, { mode: 0o755 });
  writeFileSync(join(folder, "pulumi-resource-clickpipes.cmd"), WINDOWS);
}

/** The same place below node_modules as here, so that each package finds what it found here. */
function placeOf(from: string, folder: string): string {
  const [, ...below] = from.split(`${sep}node_modules${sep}`);
  return join(folder, "node_modules", below.join(`${sep}node_modules${sep}`));
}

/** Nested packages come by themselves, if they are needed. */
function isOwn(from: string) {
  return (path: string) => path === from || (basename(path) !== "node_modules" && !lstatSync(path).isSymbolicLink());
}

/** The content is the same for each: compiled JavaScript. */
export function releaseNames(): string[] {
  const { version } = manifestOf(PACKAGE);
  return PLATFORMS.map((platform) => `pulumi-resource-clickpipes-v${version}-${platform}.tar.gz`);
}

/** Packs the folder's entries without the folder itself. */
export async function pack(folder: string, tarball: string): Promise<void> {
  const { runCommand } = await import("../command.mjs");
  await runCommand("tar", ["-czf", tarball, "-C", folder, ...readdirSync(folder)]);
}
