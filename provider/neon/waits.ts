/** How long Neon is given, in milliseconds. Tests shorten it. */
export const neonWaits = {
  /** One request. */
  request: 30_000,
  /** A request that is refused for now (423, 429, 503), with all its repetitions. */
  refused: 120_000,
  /** The operations that one change set off. */
  operations: 300_000,
  /** An operation that failed, which Neon may try again. */
  failedOperation: 30_000,
  /** Between two looks at an operation, at most. */
  poll: 2000,
  /** Before the first repetition; it doubles from then on. */
  pause: 500,
  /** The look in a preview. */
  look: 15_000,
  /** Between two lines that say what is being waited for. */
  progress: 10_000,
  /** From a write to the second look for writers who had read the settings before it. */
  secondLook: 1000,
};

/** Full jitter: clients that were refused together must not come back together. `Retry-After` is never shortened. */
export function pauseBefore(repetition: number, retryAfterMs = 0): number {
  return Math.max(retryAfterMs, Math.random() * Math.min(neonWaits.pause * 2 ** (repetition - 1), 5000));
}
