import { CLICKPIPES_PATIENCE_MS } from "../patience";

/** How long Neon is given, in milliseconds. */
export const NEON_WAITS = {
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
  look: CLICKPIPES_PATIENCE_MS,
  /** Between two lines that say what is being waited for. */
  progress: 10_000,
  /** From a write to the second look for writers who had read the settings before it. */
  secondLook: 1000,
} as const;

export type NeonWaits = { -readonly [Wait in keyof typeof NEON_WAITS]: number };
