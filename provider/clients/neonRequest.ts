import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { isRefusedForNow, isUnclear, type NeonFailure, neonFailure } from "../neonErrors";
import { neonWaits, pauseBefore } from "./neonWaits";

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
}

export type Attempt<T> = { value: T } | { failure: NeonFailure };

const READ_TRIES = 4;

/** Reads, and again where that may help; `onPause` hears why. */
export async function readNeon<T>(
  access: NeonAccess,
  path: string,
  onPause: (failure: NeonFailure) => void = () => {},
): Promise<T> {
  const deadline = Math.min(access.deadline, Date.now() + neonWaits.refused);
  for (let tries = 1; ; tries++) {
    const outcome = await attempt<T>(access, { method: "GET", path });
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
export async function attempt<T>(access: NeonAccess, { method, path, body }: NeonRequest): Promise<Attempt<T>> {
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
      signal: AbortSignal.timeout(Math.max(Math.min(neonWaits.request, access.deadline - Date.now()), 1)),
    });
    const text = await response.text();
    if (response.ok) return parsed<T>(text, request);
    const retryAfterMs = retryAfter(response.headers.get("retry-after"));
    const answer = { ...request, status: response.status, message: messageOf(text), retryAfterMs };
    return { failure: neonFailure(answer) };
  } catch (error) {
    return { failure: neonFailure({ ...request, message: networkMessage(error) }) };
  }
}

function parsed<T>(text: string, request: { method: string; path: string; requestId: string }): Attempt<T> {
  try {
    return { value: JSON.parse(text) as T };
  } catch {
    const message = "the answer is not JSON, so this is not Neon's API: check `neonApiUrl`";
    return { failure: neonFailure({ ...request, message }) };
  }
}

function messageOf(text: string): string {
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    if (typeof message === "string" && message !== "") return message;
  } catch {
    // A proxy's page instead of Neon's JSON: its beginning says enough.
  }
  return text.slice(0, 200) || "no text";
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
