import { setTimeout as sleep } from "node:timers/promises";
import { isRefusedForNow, isUnclear, type NeonFailure } from "./errors";
import type { NeonAccess } from "./request";
import type { NeonWaits } from "./waits";

/** So often a request is sent whose answers leave open whether it was carried out. */
const UNCLEAR_TRIES = 4;
const LONGEST_PAUSE_MS = 5000;

/** Decides whether a request that failed is sent again, and when. How long the waits are is in `waits.ts`. */
export class Retries {
  readonly #access: NeonAccess;
  readonly #onPause: (failure: NeonFailure) => void;
  #deadline: number;
  #pauses = 0;

  /** `onPause` is told which failure is being waited out. */
  constructor(access: NeonAccess, onPause: (failure: NeonFailure) => void) {
    this.#access = access;
    this.#onPause = onPause;
    this.#deadline = endOfRefusals(access);
  }

  /** Waits until the next try; throws the failure where none would help. `unclear`: so many tries got no clear answer. */
  async pauseAfter(failure: NeonFailure, unclear: number): Promise<void> {
    const mayHelp = isUnclear(failure) ? unclear < UNCLEAR_TRIES : isRefusedForNow(failure);
    const pauseMs = pauseBefore(this.#access.waits, ++this.#pauses, failure.retryAfterMs);
    if (!mayHelp || Date.now() + pauseMs > this.#deadline) throw failure;
    this.#onPause(failure);
    await sleep(pauseMs);
  }

  /** After a write that was carried out: the next one has its whole time. */
  async beginAnew(carriedOut: number): Promise<void> {
    this.#deadline = endOfRefusals(this.#access);
    // Two writers who undo each other's writes in step must fall out of step.
    if (carriedOut > 1) await sleep(pauseBefore(this.#access.waits, carriedOut));
  }
}

/** Full jitter: clients that were refused together must not come back together. `Retry-After` is never shortened. */
export function pauseBefore({ pause }: NeonWaits, repetition: number, retryAfterMs = 0): number {
  return Math.max(retryAfterMs, Math.random() * Math.min(pause * 2 ** (repetition - 1), LONGEST_PAUSE_MS));
}

function endOfRefusals({ waits, deadline = Number.POSITIVE_INFINITY }: NeonAccess): number {
  return Math.min(deadline, Date.now() + waits.refused);
}
