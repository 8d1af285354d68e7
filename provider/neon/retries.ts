import { setTimeout as sleep } from "node:timers/promises";
import { isRefusedForNow, isUnclear, type NeonFailure } from "./errors";
import type { NeonAccess } from "./request";
import type { NeonWaits } from "./waits";

/** How often a request is sent if its answers do not show whether Neon carried it out. */
const UNCLEAR_TRIES = 4;
const LONGEST_PAUSE_MS = 5000;

/** Decides whether a failed request is sent again, and when. `waits.ts` has the times. */
export class Retries {
  readonly #access: NeonAccess;
  readonly #onPause: (failure: NeonFailure) => void;
  #deadline: number;
  #pauses = 0;

  /** `onPause` is called with the failure before each pause. */
  constructor(access: NeonAccess, onPause: (failure: NeonFailure) => void) {
    this.#access = access;
    this.#onPause = onPause;
    this.#deadline = endOfRefusals(access);
  }

  /** Waits until the next try. Throws the failure if no try would help. `unclear`: how many tries got no clear answer. */
  async pauseAfter(failure: NeonFailure, unclear: number): Promise<void> {
    const mayHelp = isUnclear(failure) ? unclear < UNCLEAR_TRIES : isRefusedForNow(failure);
    const pauseMs = pauseBefore(this.#access.waits, ++this.#pauses, failure.retryAfterMs);
    if (!mayHelp || Date.now() + pauseMs > this.#deadline) throw failure;
    this.#onPause(failure);
    await sleep(pauseMs);
  }

  /** Gives the next write its whole time, after one that was carried out. */
  async beginAnew(carriedOut: number): Promise<void> {
    this.#deadline = endOfRefusals(this.#access);
    // Two writers who undo each other's writes would otherwise continue in step.
    if (carriedOut > 1) await sleep(pauseBefore(this.#access.waits, carriedOut));
  }
}

/** Full jitter: clients that were refused together must not retry together. `Retry-After` is never shortened. */
export function pauseBefore({ pause }: NeonWaits, repetition: number, retryAfterMs = 0): number {
  return Math.max(retryAfterMs, Math.random() * Math.min(pause * 2 ** (repetition - 1), LONGEST_PAUSE_MS));
}

function endOfRefusals({ waits, deadline = Number.POSITIVE_INFINITY }: NeonAccess): number {
  return Math.min(deadline, Date.now() + waits.refused);
}
