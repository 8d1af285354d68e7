import { setTimeout as sleep } from "node:timers/promises";
import type { JsonObject } from "./openapi";

/** Something that goes wrong with a request; without `method` and `path` it strikes any. */
export interface ApiFault {
  method?: string;
  /** A part of the path, or a pattern or whatever else tests it. */
  path?: string | { test(path: string): boolean };
  /** How many matching requests pass before, and how many it strikes (default 1). */
  skip?: number;
  times?: number;
  delayMs?: number;
  /** Answers with this status instead of carrying the request out. */
  status?: number;
  retryAfter?: string;
  body?: JsonObject;
  /** Cuts the connection without an answer, before or after the request is carried out. */
  cut?: "before" | "after";
  /** Called before the request is carried out: an outside writer between a client's GET and its PATCH. */
  before?(): void | Promise<void>;
  /** Called after the request was carried out and before it is answered. */
  after?(): void | Promise<void>;
}

const LOCKED = "project already has running conflicting operations, scheduling of new ones is prohibited";

const MESSAGES: Record<number, string> = {
  423: LOCKED,
  429: "rate limit exceeded",
  500: "internal server error",
  503: "service temporarily unavailable",
};

export const errorBody = (message: string): JsonObject => ({ code: "", message });

export const lockedBody = (): JsonObject => errorBody(LOCKED);

export class ApiFaults {
  private waiting: (ApiFault & { remaining: number; toSkip: number })[] = [];

  add(fault: ApiFault): void {
    this.waiting.push({ ...fault, remaining: fault.times ?? 1, toSkip: fault.skip ?? 0 });
  }

  clear(): void {
    this.waiting = [];
  }

  /** Takes the first fault that strikes this request, after its delay. */
  async strike(method: string, path: string): Promise<ApiFault | undefined> {
    const fault = this.waiting.find((candidate) => matches(candidate, method, path) && candidate.toSkip-- <= 0);
    if (fault === undefined) return undefined;
    if (--fault.remaining === 0) this.waiting = this.waiting.filter((candidate) => candidate !== fault);
    if (fault.delayMs !== undefined) await sleep(fault.delayMs);
    return fault;
  }
}

export const faultBody = ({ status = 500, body }: ApiFault): JsonObject =>
  body ?? errorBody(MESSAGES[status] ?? `status ${status}`);

const matches = (fault: ApiFault, method: string, path: string): boolean =>
  (fault.method === undefined || fault.method === method) &&
  (fault.path === undefined || (typeof fault.path === "string" ? path.includes(fault.path) : fault.path.test(path)));
