import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Run } from "../../lifecycle/run";

/** The files of work that is done, but that the engine has not saved yet. They are removed when the run ends. */
export class FinishedJournals {
  readonly #files = new Set<string>();

  constructor(run: Run) {
    run.atEnd(() => this.remove());
  }

  add(file: string): void {
    this.#files.add(file);
  }

  delete(file: string): void {
    this.#files.delete(file);
  }

  remove(): void {
    for (const file of this.#files) removeFile(file);
    this.#files.clear();
  }
}

/**
 * Notes on work on an object that cannot carry a marker. They stay in the Pulumi home of this machine until the state is saved.
 * If a run is killed before that, the next run on this machine knows from them what belongs to the resource. If no file can be
 * written, the next run knows nothing, as on any other machine.
 */
export class Journal<T> {
  readonly #folder: string;
  readonly #file: string;
  readonly #finished: FinishedJournals;

  /** `key` names the object, and the resource that works on it. */
  constructor(run: Run, ...key: string[]) {
    this.#finished = run.memory(FinishedJournals);
    this.#folder = join(process.env.PULUMI_HOME || join(homedir(), ".pulumi"), "neon-clickpipes");
    const name = createHash("sha256").update(JSON.stringify(key)).digest("hex").slice(0, 32);
    this.#file = join(this.#folder, `${name}.json`);
  }

  read(): T | undefined {
    try {
      return JSON.parse(readFileSync(this.#file, "utf8")) as T;
    } catch {
      return undefined;
    }
  }

  /** Returns whether the entry is on the disk now. */
  write(entry: T): boolean {
    this.#finished.delete(this.#file);
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      const draft = `${this.#file}.${process.pid}`;
      writeFileSync(draft, JSON.stringify(entry), { mode: 0o600 });
      // A rename is atomic: a crash during the write must not destroy the notes of an earlier run.
      renameSync(draft, this.#file);
      return true;
    } catch {
      // A read-only home directory is no reason to fail.
      return false;
    }
  }

  /** The work is done, but the state is not saved yet: the entry is cleared when the run ends. */
  finish(): void {
    this.#finished.add(this.#file);
  }

  clear(): void {
    this.#finished.delete(this.#file);
    removeFile(this.#file);
  }
}

function removeFile(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // The file does not exist, or the home directory is read-only.
  }
}
