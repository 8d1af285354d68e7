import type { NeonProgress } from "./progress";
import { type NeonAccess, sendRequest } from "./request";
import { Retries } from "./retries";

/** Reads from Neon's API, and retries if that may help. */
export class NeonReader {
  readonly access: NeonAccess;
  readonly progress: NeonProgress;

  constructor(access: NeonAccess, progress: NeonProgress) {
    this.access = access;
    this.progress = progress;
  }

  /** `part`: the property that Neon's answer always has. */
  read<T extends object>(path: string, part: keyof T & string): Promise<T> {
    return this.progress.follow(async () => {
      const retries = this.retries();
      for (let tries = 1; ; tries++) {
        const outcome = await sendRequest<T>(this.access, { method: "GET", path, part });
        if ("value" in outcome) return outcome.value;
        await retries.pauseAfter(outcome.failure, tries);
      }
    });
  }

  retries(): Retries {
    return new Retries(this.access, (failure) => this.progress.noteFailure(failure));
  }
}
