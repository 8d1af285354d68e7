import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Run } from "../lifecycle/run";

/** The files of what is done, and waits for the engine to save that: they are removed when the run ends. */
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
 * What is being done to something that can bear no mark of ours, kept in the Pulumi home of this machine until the state
 * says so: what a run that was killed before that has done, the next run on this machine knows for its own. Where nothing
 * can be kept, nothing is known, as on any other machine.
 */
export class Journal<T> {
  readonly #folder: string;
  readonly #file: string;
  readonly #finished: FinishedJournals;
  /** What was there before this run wrote. */
  #found: T | undefined;

  /** `key` names the thing and who does it. */
  constructor(run: Run, ...key: string[]) {
    this.#finished = run.memory(FinishedJournals);
    this.#folder = join(process.env.PULUMI_HOME || join(homedir(), ".pulumi"), "neon-clickpipes");
    const name = createHash("sha256").update(JSON.stringify(key)).digest("hex").slice(0, 32);
    this.#file = join(this.#folder, `${name}.json`);
  }

  read(): T | undefined {
    try {
      this.#found = JSON.parse(readFileSync(this.#file, "utf8")) as T;
    } catch {
      this.#found = undefined;
    }
    return this.#found;
  }

  write(entry: T): void {
    this.#finished.delete(this.#file);
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      const draft = `${this.#file}.${process.pid}`;
      writeFileSync(draft, JSON.stringify(entry), { mode: 0o600 });
      // At once: a crash while this is written must not take what an earlier run had kept.
      renameSync(draft, this.#file);
    } catch {
      // A read-only home is no reason to fail.
    }
  }

  /** Undoes what was written since it was read. */
  putBack(): void {
    if (this.#found === undefined) this.clear();
    else this.write(this.#found);
  }

  /** All is done, but the state does not say so yet: cleared when the run ends. */
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
    // Nothing was kept, or nothing can be changed.
  }
}
