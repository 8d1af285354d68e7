import { randomUUID } from "node:crypto";
import { sentence } from "../errors";
import { scrub } from "../scrub";
import { type NeonFailure, neonFailure } from "./errors";
import type { NeonWaits } from "./waits";

/** Where Neon's API is, the key for it, and how long to wait for answers. */
export interface NeonAccess {
  apiUrl: string;
  apiKey: string;
  waits: NeonWaits;
  /** When to stop sending requests, as a time in milliseconds. None by default. */
  deadline?: number;
}

export interface NeonRequest {
  method: "GET" | "PATCH";
  path: string;
  body?: object;
  /** The property that Neon's answer always has. */
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
      // Neon's API never redirects, and no other server may get the key.
      redirect: "manual",
      signal: AbortSignal.timeout(timeLeft(access)),
    });
    const text = await response.text();
    const { status } = response;
    const value = response.ok ? parseAnswer<T>(text, part) : undefined;
    if (value) return { value };
    const details = response.ok
      ? `The answer contains no ${part ? `"${part}"` : "JSON"}.`
      : sentence(`The answer was: ${readMessage(scrub(text, [access.apiKey]))}`);
    const isForeign = !response.ok && !isErrorOfNeon(text);
    const retryAfterMs = readRetryAfter(response.headers.get("retry-after"));
    return { failure: neonFailure({ ...request, status, isForeign, details: [details], retryAfterMs }) };
  } catch (error) {
    return { failure: neonFailure({ ...request, details: explainNetworkFailure(error) }) };
  }
}

function timeLeft({ waits, deadline = Number.POSITIVE_INFINITY }: NeonAccess): number {
  return Math.max(Math.min(waits.request, deadline - Date.now()), 1);
}

/** Undefined if this is not an answer of Neon's API. */
function parseAnswer<T>(text: string, part: string | undefined): T | undefined {
  try {
    const answer = JSON.parse(text) as Record<string, unknown> | null;
    const expected = part === undefined ? answer : answer?.[part];
    return expected !== null && typeof expected === "object" ? (answer as T) : undefined;
  } catch {
    return undefined;
  }
}

/** Every error of Neon's API has a code, which may be empty, and a message. */
function isErrorOfNeon(text: string): boolean {
  try {
    const error = JSON.parse(text) as { code?: unknown; message?: unknown } | null;
    return typeof error?.code === "string" && typeof error.message === "string";
  } catch {
    return false;
  }
}

function readMessage(text: string): string {
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    if (typeof message === "string" && message !== "") return message;
  } catch {
    // The page of a proxy instead of Neon's JSON: its beginning is enough.
  }
  return (
    text
      .replace(/[\s\p{Cc}]+/gu, " ")
      .trim()
      .slice(0, 200) || "no text"
  );
}

/**
 * fetch hides the reason of a network failure in `cause`. If it refuses to send a request, its message is not used: it quotes
 * headers and URLs.
 */
function explainNetworkFailure(error: unknown): string[] {
  const { name, message, cause } = error as Error & { cause?: { code?: string; message?: string } };
  if (name === "TimeoutError") return ["The request timed out."];
  if (cause === undefined) return ["The request could not be sent.", "Check `neonApiUrl` and `neonApiKey`."];
  return [sentence(`The error was: ${cause.code ?? (cause.message || message)}`)];
}

/** The header holds seconds, or a date. */
function readRetryAfter(header: string | null): number {
  if (header === null) return 0;
  const seconds = Number(header);
  const ms = Number.isNaN(seconds) ? Date.parse(header) - Date.now() : seconds * 1000;
  return Number.isNaN(ms) ? 0 : Math.max(ms, 0);
}
