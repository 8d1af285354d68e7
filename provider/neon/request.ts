import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { scrub } from "../scrub";
import { isRefusedForNow, isUnclear, type NeonFailure, neonFailure } from "./errors";
import { neonWaits, pauseBefore } from "./waits";

/** Where Neon's API is, who we are there, and until when we ask. */
export interface NeonAccess {
  apiUrl: string;
  apiKey: string;
  deadline: number;
}

export interface NeonRequest {
  method: "GET" | "PATCH";
  path: string;
  body?: object;
  /** What Neon's answer to it always holds. */
  part?: string;
}

export type Attempt<T> = { value: T } | { failure: NeonFailure };

const READ_TRIES = 4;

/** Reads what answers with a `part`, and again where that may help; `onPause` hears why. */
export async function readNeon<T>(
  access: NeonAccess,
  path: string,
  part: string,
  onPause: (failure: NeonFailure) => void = () => {},
): Promise<T> {
  const deadline = Math.min(access.deadline, Date.now() + neonWaits.refused);
  for (let tries = 1; ; tries++) {
    const outcome = await attempt<T>(access, { method: "GET", path, part });
    if ("value" in outcome) return outcome.value;
    const { failure } = outcome;
    const repeatable = isRefusedForNow(failure) || (isUnclear(failure) && tries < READ_TRIES);
    const pauseMs = pauseBefore(tries, failure.retryAfterMs);
    if (!repeatable || Date.now() + pauseMs > deadline) throw failure;
    onPause(failure);
    await sleep(pauseMs);
  }
}

/** Sends one request, once. */
export async function attempt<T>(access: NeonAccess, { method, path, body, part }: NeonRequest): Promise<Attempt<T>> {
  const requestId = randomUUID();
  const request = { method, path, requestId };
  try {
    const response = await fetch(access.apiUrl + path, {
      method,
      headers: {
        accept: "application/json",
        authorization: `Bearer ${access.apiKey}`,
        "x-request-id": requestId,
        ...(body && { "content-type": "application/json" }),
      },
      ...(body && { body: JSON.stringify(body) }),
      // Neon has none; elsewhere the key has no business.
      redirect: "manual",
      signal: AbortSignal.timeout(Math.max(Math.min(neonWaits.request, access.deadline - Date.now()), 1)),
    });
    const text = await response.text();
    const { status } = response;
    const value = response.ok ? parsed<T>(text, part) : undefined;
    if (value) return { value };
    const message = response.ok
      ? `no ${part ? `"${part}"` : "JSON"} in the answer`
      : messageOf(scrub(text, [access.apiKey]));
    const retryAfterMs = retryAfter(response.headers.get("retry-after"));
    return { failure: neonFailure({ ...request, status, message, retryAfterMs }) };
  } catch (error) {
    return { failure: neonFailure({ ...request, message: networkMessage(error) }) };
  }
}

/** Undefined where it is not what Neon answers. */
function parsed<T>(text: string, part: string | undefined): T | undefined {
  try {
    const answer = JSON.parse(text) as Record<string, unknown> | null;
    const expected = part === undefined ? answer : answer?.[part];
    return expected !== null && typeof expected === "object" ? (answer as T) : undefined;
  } catch {
    return undefined;
  }
}

function messageOf(text: string): string {
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    if (typeof message === "string" && message !== "") return message;
  } catch {
    // A proxy's page instead of Neon's JSON: its beginning says enough.
  }
  return (
    text
      .replace(/[\s\p{Cc}]+/gu, " ")
      .trim()
      .slice(0, 200) || "no text"
  );
}

/** fetch hides the reason of a network failure in `cause`, and quotes headers and URLs in what it refuses to send. */
function networkMessage(error: unknown): string {
  const { name, message, cause } = error as Error & { cause?: { code?: string; message?: string } };
  if (name === "TimeoutError") return "no answer in time";
  if (cause === undefined) return "the request cannot be sent: check `neonApiUrl` and `neonApiKey`";
  return cause.code ?? (cause.message || message);
}

/** Seconds, or a date. */
function retryAfter(header: string | null): number {
  if (header === null) return 0;
  const seconds = Number(header);
  const ms = Number.isNaN(seconds) ? Date.parse(header) - Date.now() : seconds * 1000;
  return Number.isNaN(ms) ? 0 : Math.max(ms, 0);
}
