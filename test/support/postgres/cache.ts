import { chownSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unprivilegedUser } from "./unprivilegedUser";

const isExists = (error: unknown): boolean =>
  error instanceof Error && "code" in error && (error.code === "EEXIST" || error.code === "ENOTEMPTY");

/** The folder that holds templates, copied binaries and running servers; made on first use. */
export function cacheFolder(): string {
  const { uid, gid } = unprivilegedUser();
  const folder = join(realpathSync(tmpdir()), `pulumi-neon-clickpipes-${uid}`);
  try {
    mkdirSync(folder, { mode: 0o700 });
    chownSync(folder, uid, gid);
  } catch (error) {
    if (!isExists(error)) throw error;
  }
  // A process that just made the folder may not have handed it over yet.
  const owner = lstatSync(folder);
  if (owner.isSymbolicLink() || (owner.uid !== uid && owner.uid !== process.getuid?.())) {
    throw new Error(`${folder} belongs to somebody else (uid ${owner.uid}); remove it or set TMPDIR.`);
  }
  return folder;
}

/** A new folder of this process, whose number is in its name. */
export function makeFolder(kind: "server" | "building"): string {
  const { uid, gid } = unprivilegedUser();
  sweep();
  const folder = mkdtempSync(join(cacheFolder(), `${kind}-${process.pid}-`));
  chownSync(folder, uid, gid);
  return folder;
}

let swept = false;

/** Removes what processes left that were killed before their server ran, an hour later to be on the safe side. */
function sweep(): void {
  if (swept) return;
  swept = true;
  for (const name of readdirSync(cacheFolder())) {
    const pid = /^(?:server|building)-(\d+)-/.exec(name)?.[1];
    const folder = join(cacheFolder(), name);
    if (pid === undefined || runs(Number(pid)) || ageMs(folder) < 3_600_000) continue;
    rmSync(folder, { recursive: true, force: true });
  }
}

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return !(error instanceof Error && "code" in error && error.code === "ESRCH");
  }
}

const ageMs = (folder: string): number =>
  Date.now() - (lstatSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());

/** Moves a finished folder to its lasting name; where another process was faster, its result stays. */
export function publishFolder(finished: string, lasting: string): void {
  try {
    renameSync(finished, lasting);
  } catch (error) {
    if (!isExists(error)) throw error;
    rmSync(finished, { recursive: true, force: true });
  }
}
