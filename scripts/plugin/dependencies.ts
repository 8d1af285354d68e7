import { existsSync, readFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";

interface Manifest {
  version: string;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

export function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
}

/**
 * The folders of all packages that a package needs at run time, as they are installed for it: what the lock file names, and nothing
 * that only development needs. Optional ones are left out, since they are of one platform.
 */
export function dependenciesOf(folder: string): string[] {
  const found = new Set<string>();
  const open = [folder];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const { dependencies = {}, optionalDependencies = {} } = manifestOf(at);
    for (const name of Object.keys(dependencies)) {
      if (name in optionalDependencies) continue;
      const needed = installed(name, at);
      if (found.has(needed)) continue;
      found.add(needed);
      open.push(needed);
    }
  }
  return [...found].sort();
}

/** Where Node finds it from `folder`. Its own resolution is no help: many packages do not export their package.json. */
function installed(name: string, folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    const candidate = join(at, "node_modules", name);
    if (existsSync(join(candidate, "package.json"))) return candidate;
    if (at === dirname(at)) throw new Error(`${name}, which ${folder.split(sep).at(-1)} needs, is not installed`);
  }
}
