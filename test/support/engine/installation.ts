import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

const ROOT = resolve(__dirname, "../../..");
const PACKAGE = "pulumi-neon-clickpipes";
const SDK = "@pulumi/pulumi";
const fromRoot = createRequire(join(ROOT, "package.json"));

export interface Installation {
  /** How the package gets into the program: a link to this repository, or what `npm pack` makes of it. */
  packageFrom?: "link" | "tarball";
  /** Another `@pulumi/pulumi`, from the dev dependency `pulumi-<version>`; needs the tarball, since a linked package finds this repository's. */
  pulumiVersion?: string;
}

/** Fills a program's node_modules without a registry: what is needed is linked from here, one copy of the SDK for all. */
export function installPackage(program: string, { packageFrom, pulumiVersion }: Installation): void {
  const from = packageFrom ?? (pulumiVersion ? "tarball" : "link");
  if (from === "link" && pulumiVersion) throw new Error("pulumiVersion needs packageFrom: tarball");
  link(program, SDK, packageFolder(pulumiVersion ? `pulumi-${pulumiVersion}` : SDK));
  if (from === "link") link(program, PACKAGE, ROOT);
  else unpack(program);
}

/** Its dependencies are those it declares: one that is used and not declared is missed here as it would be for a user. */
function unpack(program: string): void {
  const target = join(program, "node_modules", PACKAGE);
  mkdirSync(target, { recursive: true });
  execFileSync("tar", ["-xzf", tarball(), "-C", target, "--strip-components=1"]);
  const manifest = JSON.parse(readFileSync(join(target, "package.json"), "utf8")) as { dependencies?: object };
  for (const name of Object.keys(manifest.dependencies ?? {})) link(program, name, packageFolder(name));
}

function link(program: string, name: string, folder: string): void {
  const target = join(program, "node_modules", name);
  mkdirSync(dirname(target), { recursive: true });
  symlinkSync(folder, target, "junction");
}

function packageFolder(name: string): string {
  const folder = fromRoot.resolve
    .paths(name)
    ?.map((path) => join(path, name))
    .find(isPackage);
  if (!folder) throw new Error(`${name} is not installed in this repository`);
  return folder;
}

function isPackage(folder: string): boolean {
  try {
    return readFileSync(join(folder, "package.json")).length > 0;
  } catch {
    return false;
  }
}

let packed: string | undefined;

/** Packed once a process, from what the global set-up built. */
function tarball(): string {
  if (packed) return packed;
  const folder = mkdtempSync(join(tmpdir(), "clickpipes-tarball-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const args = ["pack", "--ignore-scripts", "--json", "--pack-destination", folder];
  const answer = execFileSync("npm", args, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] }).toString();
  const [{ filename }] = JSON.parse(answer) as [{ filename: string }];
  packed = join(folder, filename);
  return packed;
}
