import { isRefusal, refusal, type SourceError, sentence } from "../errors";

export interface NeonAnswer {
  method: string;
  path: string;
  /** Undefined if no answer came. */
  status?: number;
  /** Whether an error does not have the form of Neon's errors, so another server sent it, such as a proxy. */
  isForeign?: boolean;
  /** Lines on what the answer contains, or on why there is none. */
  details: readonly string[];
  requestId: string;
  /** How long Neon asks clients to wait before the next request. */
  retryAfterMs?: number;
}

interface Cause {
  why: string;
  fix: string;
}

const NOT_NEON: Readonly<Cause> = { why: "this is not Neon's API", fix: "Check `neonApiUrl`." };

const CAUSES: Readonly<Record<number, Cause>> = {
  401: { why: "the API key is not valid", fix: "Check `neonApiKey`." },
  402: { why: "the project's plan does not include this", fix: "Upgrade the plan." },
  403: {
    why: "the API key has no right to do this",
    fix: "Use an organization admin's key, or a key of the project.",
  },
  404: {
    why: "there is no such project, or the API key cannot see it",
    fix: "Check `projectId` and `neonApiKey`.",
  },
  423: { why: "another operation on the project is still running", fix: "Try again in a moment." },
  429: { why: "too many requests", fix: "Try again in a moment." },
};

export interface NeonFailure extends SourceError {
  method: string;
  status?: number;
  isForeign: boolean;
  retryAfterMs?: number;
}

export function neonFailure(answer: NeonAnswer): NeonFailure {
  const { method, path, status, isForeign = false, details, requestId, retryAfterMs } = answer;
  const cause = causeOf(status, isForeign);
  const outcome = status === undefined ? "got no answer" : `failed with HTTP ${status}`;
  const error = refusal(
    "neonFailure",
    `Neon API: ${method} ${path} ${outcome}${cause ? `: ${cause.why}` : ""}.`,
    ...details,
    `The request id is ${requestId}.`,
    ...(cause ? [cause.fix] : []),
  );
  return Object.assign(error, { method, status, isForeign, retryAfterMs });
}

function causeOf(status: number | undefined, isForeign: boolean): Cause | undefined {
  if (status === undefined) return undefined;
  // Any server may ask its clients to slow down, and a gateway in front of Neon answers with 5xx.
  const isElsewhere = isForeign && status < 500 && status !== 429;
  return status < 400 || isElsewhere ? NOT_NEON : CAUSES[status];
}

export function isNeonFailure(error: unknown): error is NeonFailure {
  return isRefusal(error) && error.kind === "neonFailure";
}

/** Tells whether Neon refused the request for now, so that another try may help. */
export function isRefusedForNow({ status }: NeonFailure): boolean {
  return status === 423 || status === 429 || status === 503;
}

/**
 * Tells whether Neon may or may not have carried the request out: there is no answer, none that can be read, or one of a proxy
 * in front of Neon.
 */
export function isUnclear(failure: NeonFailure): boolean {
  const { status } = failure;
  return status === undefined || status < 300 || (status >= 500 && !isRefusedForNow(failure));
}

interface FailedOperation {
  id: string;
  action: string;
  status: string;
  error?: string;
}

export function operationFailed(projectId: string, operation: FailedOperation): SourceError {
  return refusal(
    "operationFailed",
    `${displayOperation(projectId, operation)} ended in status "${operation.status}".`,
    ...adviceFor(operation),
  );
}

export function operationLate(projectId: string, operation: FailedOperation, seconds: number): SourceError {
  return refusal(
    "operationLate",
    `${displayOperation(projectId, operation)} is still "${operation.status}" after ${seconds} s.`,
    ...adviceFor(operation),
  );
}

function displayOperation(projectId: string, { id, action }: FailedOperation): string {
  return `operation ${action} (${id}) of Neon project ${projectId}`;
}

function adviceFor({ error }: FailedOperation): string[] {
  return [
    ...(error ? [sentence(`The error was: ${error}`)] : []),
    "Check the project's operations in Neon's console, then run `pulumi up` again.",
  ];
}

export const CORRECT_PROJECT = "Correct `projectId` or the connection.";

interface ForeignServer {
  host: string;
  projectId: string;
  /** The project that the server names. */
  found: string;
  /** Whether this run may have changed the project before it asked the server. */
  isChanged?: boolean;
}

export function foreignServer({ host, projectId, found, isChanged = false }: ForeignServer): SourceError {
  return refusal(
    "foreignHost",
    `${host} reports that it belongs to Neon project ${found}, not to ${projectId}.`,
    CORRECT_PROJECT,
    ...(isChanged ? [] : ["Nothing was changed."]),
  );
}

/**
 * Throws the error of a read of a project that is in the state. If the project is gone, the error says how to continue. Only Neon
 * itself can tell that it is gone.
 */
export function refuseMissingProject(error: unknown): never {
  if (!isNeonFailure(error) || error.status !== 404 || error.isForeign) throw error;
  throw refusal(
    "projectGone",
    error.message,
    "If the project was deleted, remove this resource from the state: `pulumi state delete <urn>`.",
  );
}
