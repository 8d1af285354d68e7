import { randomUUID } from "node:crypto";
import { scrub } from "../scrub";
import { type NeonFailure, neonFailure } from "./errors";
import type { NeonWaits } from "./waits";

/** Where Neon's API is, who we are there, and how long we wait for it. */
export interface NeonAccess {
  apiUrl: string;
  apiKey: string;
  waits: NeonWaits;
  /** Until when we ask at all; none by default. */
  deadline?: number;
}

export interface NeonRequest {
  method: "GET" | "PATCH";
  path: string;
  body?: object;
  /** What Neon's answer to it always holds. */
  part?: string;
}

export type Attempt<T> = { value: T } | { failure: NeonFailure };

/** Sends one request, once. */
export async function sendRequest<T>(
  access: NeonAccess,
  { method, path, body, part }: NeonRequest,
): Promise<Attempt<T>> {
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
      signal: AbortSignal.timeout(timeLeft(access)),
    });
    const text = await response.text();
    const { status } = response;
    const value = response.ok ? parseAnswer<T>(text, part) : undefined;
    if (value) return { value };
    const message = response.ok
      ? `no ${part ? `"${part}"` : "JSON"} in the answer`
      : readMessage(scrub(text, [access.apiKey]));
    const retryAfterMs = readRetryAfter(response.headers.get("retry-after"));
    return { failure: neonFailure({ ...request, status, message, retryAfterMs }) };
  } catch (error) {
    return { failure: neonFailure({ ...request, message: explainNetworkFailure(error) }) };
  }
}

function timeLeft({ waits, deadline = Number.POSITIVE_INFINITY }: NeonAccess): number {
  return Math.max(Math.min(waits.request, deadline - Date.now()), 1);
}

/** Undefined where it is not what Neon answers. */
function parseAnswer<T>(text: string, part: string | undefined): T | undefined {
  try {
    const answer = JSON.parse(text) as Record<string, unknown> | null;
    const expected = part === undefined ? answer : answer?.[part];
    return expected !== null && typeof expected === "object" ? (answer as T) : undefined;
  } catch {
    return undefined;
  }
}

function readMessage(text: string): string {
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
function explainNetworkFailure(error: unknown): string {
  const { name, message, cause } = error as Error & { cause?: { code?: string; message?: string } };
  if (name === "TimeoutError") return "no answer in time";
  if (cause === undefined) return "the request cannot be sent: check `neonApiUrl` and `neonApiKey`";
  return cause.code ?? (cause.message || message);
}

/** Seconds, or a date. */
function readRetryAfter(header: string | null): number {
  if (header === null) return 0;
  const seconds = Number(header);
  const ms = Number.isNaN(seconds) ? Date.parse(header) - Date.now() : seconds * 1000;
  return Number.isNaN(ms) ? 0 : Math.max(ms, 0);
}
