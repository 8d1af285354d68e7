import { setTimeout as sleep } from "node:timers/promises";
import type { Context } from "./context";

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1000;

/** Readers, sessions or transactions of others that have to go first. */
export interface InTheWay {
  /** They are named to the user while we wait; without names we wait in silence. */
  names?: string[];
  /** How long they are given, counted from the first try: `deleteTimeout` where nothing is said. */
  seconds?: number;
  /** Thrown if they are still there when the time is over. */
  refusal: () => Error;
}

/** What one try gives: it is done, or something was in its way and nothing was done. */
export type Attempt<T> = { done: T } | { inTheWay: InTheWay };

/**
 * Tries until nothing is in the way any more, with a last try when the time is over. Between tries neither a connection nor
 * a transaction is held, so an attempt opens its own.
 */
export async function waitUntilFree<T>(context: Context, attempt: () => Promise<Attempt<T>>): Promise<T> {
  const { deleteTimeout } = context.postgres.settings;
  const began = Date.now();
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    const outcome = await attempt();
    if ("done" in outcome) return outcome.done;
    const { names = [], seconds = deleteTimeout, refusal } = outcome.inTheWay;
    const leftMs = began + seconds * 1000 - Date.now();
    if (leftMs <= 0) throw refusal();
    if (names.length > 0) context.waitFor(names, seconds);
    await sleep(Math.min(pauseMs, leftMs));
  }
}
