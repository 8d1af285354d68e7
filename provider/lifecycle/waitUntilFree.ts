import { setTimeout as sleep } from "node:timers/promises";
import type { Context } from "./context";

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1000;

/** Readers, sessions or transactions that must end first. */
export interface InTheWay {
  /** Names shown to the user while waiting. Without names, the wait is silent. */
  names?: string[];
  /** How long to wait, counted from the first attempt. Default: `deleteTimeout`. */
  seconds?: number;
  /** From one attempt to the next. Default: 100 ms at first, then longer and longer, up to 1 s. */
  pauseMs?: number;
  /** The error to throw if they are still there when the time is up. */
  refusal: () => Error | Promise<Error>;
}

/** The result of one attempt: it is done, or something was in the way and nothing was done. */
export type Attempt<T> = { done: T } | { inTheWay: InTheWay };

/**
 * Retries until nothing is in the way, and one last time when the time is up. It holds neither a connection nor a transaction
 * between attempts, so each attempt opens its own.
 */
export async function waitUntilFree<T>(context: Context, attempt: () => Promise<Attempt<T>>): Promise<T> {
  const { deleteTimeout } = context.postgres.settings;
  const began = Date.now();
  for (let growingMs = FIRST_PAUSE_MS; ; growingMs = Math.min(growingMs * 2, LONGEST_PAUSE_MS)) {
    const outcome = await attempt();
    if ("done" in outcome) return outcome.done;
    const { names = [], seconds = deleteTimeout, pauseMs = growingMs, refusal } = outcome.inTheWay;
    const leftMs = began + seconds * 1000 - Date.now();
    if (leftMs <= 0 || context.run.isCancelled) throw await refusal();
    if (names.length > 0) context.waitFor(names, seconds);
    await sleep(Math.min(pauseMs, leftMs));
  }
}
