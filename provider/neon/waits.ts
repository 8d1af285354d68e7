import { CLICKPIPES_PATIENCE_MS } from "../patience";

/** How long to wait for Neon, in milliseconds. */
export const NEON_WAITS = {
  /** One request. */
  request: 30_000,
  /** A request that Neon refuses for now (423, 429, 503), including all retries. */
  refused: 120_000,
  /** The operations that one change started. */
  operations: 300_000,
  /** A failed operation, which Neon may retry. */
  failedOperation: 30_000,
  /** The longest time between two reads of an operation. */
  poll: 2000,
  /** The longest pause before the first retry. It doubles with each retry. */
  pause: 500,
  /** The reads of a preview. */
  look: CLICKPIPES_PATIENCE_MS,
  /** The time between two lines of progress. */
  progress: 10_000,
  /** The time from a write to the second read, which finds writers that had read the settings before the write. */
  secondLook: 1000,
} as const;

export type NeonWaits = { -readonly [Wait in keyof typeof NEON_WAITS]: number };
