import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type NeonFailure, neonFailure, refusal } from "../errors";

export interface AllowedIps {
  ips?: string[];
  protected_branches_only?: boolean;
}

export interface ProjectSettings {
  enable_logical_replication?: boolean;
  allowed_ips?: AllowedIps;
  block_public_connections?: boolean;
}

export interface Endpoint {
  id: string;
  host: string;
  current_state: string;
  type: string;
}

export interface Operation {
  id: string;
  action: string;
  status: string;
  error?: string;
}

const RETRIED: ReadonlySet<number> = new Set([423, 429, 503]);
/** Answers after which a read may be repeated, but nobody knows whether a write was carried out. */
const UNCLEAR: ReadonlySet<number> = new Set([500, 502, 504]);
const DEADLINE_MS = 120_000;
const REQUEST_MS = 30_000;
const OPERATIONS_MS = 300_000;
const READ_TRIES = 4;

/** The few calls of Neon's API that we need; one answer for each cause of failure. */
export class NeonClient {
  readonly #apiUrl: string;
  readonly #apiKey: string;

  constructor(apiUrl: string, apiKey: string) {
    this.#apiUrl = apiUrl;
    this.#apiKey = apiKey;
  }

  async readSettings(projectId: string): Promise<ProjectSettings> {
    const answer = await this.#request<{ project: { settings?: ProjectSettings } }>("GET", projectPath(projectId));
    return answer.project.settings ?? {};
  }

  async listEndpoints(projectId: string): Promise<Endpoint[]> {
    return (await this.#request<{ endpoints: Endpoint[] }>("GET", `${projectPath(projectId)}/endpoints`)).endpoints;
  }

  /** Sends the settings; where no clear answer came, the error's `status` is undefined or 5xx, and a read must decide. */
  async updateSettings(projectId: string, settings: ProjectSettings): Promise<Operation[]> {
    const body = { project: { settings } };
    const answer = await this.#request<{ operations?: Operation[] }>("PATCH", projectPath(projectId), body);
    return answer.operations ?? [];
  }

  /** Waits until every operation has ended; a failed one is retried by Neon, so it counts only at the deadline. */
  async waitForOperations(projectId: string, operations: Operation[]): Promise<void> {
    const deadline = Date.now() + OPERATIONS_MS;
    for (const { id } of operations) {
      for (let pauseMs = 200; ; pauseMs = Math.min(pauseMs * 1.5, 2000)) {
        const path = `${projectPath(projectId)}/operations/${encodeURIComponent(id)}`;
        const { operation } = await this.#request<{ operation: Operation }>("GET", path);
        if (["finished", "skipped", "cancelled"].includes(operation.status)) break;
        if (Date.now() > deadline) throw operationLate(projectId, operation);
        await sleep(pauseMs);
      }
    }
  }

  async #request<T>(method: "GET" | "PATCH", path: string, body?: object): Promise<T> {
    const deadline = Date.now() + DEADLINE_MS;
    for (let tries = 1; ; tries++) {
      const outcome = await this.#attempt<T>(method, path, body);
      if ("value" in outcome) return outcome.value;
      const { failure, retryAfterMs } = outcome;
      const { status } = failure;
      const repeatable =
        status === undefined || UNCLEAR.has(status) ? method === "GET" && tries < READ_TRIES : RETRIED.has(status);
      // Full jitter: clients that were refused together must not come back together.
      const pauseMs = Math.max(retryAfterMs, Math.random() * Math.min(250 * 2 ** tries, 5000));
      if (!repeatable || Date.now() + pauseMs > deadline) throw failure;
      await sleep(pauseMs);
    }
  }

  async #attempt<T>(method: string, path: string, body: object | undefined): Promise<Attempt<T>> {
    const requestId = randomUUID();
    const request = { method, path, requestId };
    try {
      const response = await fetch(this.#apiUrl + path, {
        method,
        headers: {
          accept: "application/json",
          authorization: `Bearer ${this.#apiKey}`,
          "x-request-id": requestId,
          ...(body && { "content-type": "application/json" }),
        },
        ...(body && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(REQUEST_MS),
      });
      const text = await response.text();
      if (response.ok) return { value: JSON.parse(text) as T };
      const failure = neonFailure({ ...request, status: response.status, message: messageOf(text) });
      return { failure, retryAfterMs: retryAfter(response.headers.get("retry-after")) };
    } catch (error) {
      return { failure: neonFailure({ ...request, message: networkMessage(error) }), retryAfterMs: 0 };
    }
  }
}

type Attempt<T> = { value: T } | { failure: NeonFailure; retryAfterMs: number };

function projectPath(projectId: string): string {
  return `/projects/${encodeURIComponent(projectId)}`;
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

/** fetch hides the reason of a network failure in `cause`. */
function networkMessage(error: unknown): string {
  const { message, cause } = error as Error & { cause?: { code?: string; message?: string } };
  return cause?.code ?? (cause?.message || message);
}

/** Seconds, or a date. */
function retryAfter(header: string | null): number {
  if (header === null) return 0;
  const seconds = Number(header);
  const ms = Number.isNaN(seconds) ? Date.parse(header) - Date.now() : seconds * 1000;
  return Number.isNaN(ms) ? 0 : Math.max(ms, 0);
}

function operationLate(projectId: string, { id, action, status, error }: Operation) {
  const reason = error ? `: ${error}` : "";
  return refusal(
    "operationLate",
    `operation ${action} (${id}) of Neon project ${projectId} is still "${status}" after ${OPERATIONS_MS / 1000} s${reason}. ` +
      "Look at the project's operations in Neon's console, then run `pulumi up` again",
  );
}
