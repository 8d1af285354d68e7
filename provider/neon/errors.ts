import { isRefusal, refusal, type SourceError } from "../errors";

export interface NeonAnswer {
  method: string;
  path: string;
  /** Undefined where no answer came. */
  status?: number;
  message: string;
  requestId: string;
  /** How long Neon asks us to stay away. */
  retryAfterMs?: number;
}

const NOT_NEON = "this is not Neon's API: check `neonApiUrl`";

const NEON_ADVICE: Readonly<Record<number, string>> = {
  401: "the API key is not valid: check `neonApiKey`",
  402: "the project's plan does not include this",
  403: "the API key has no right to do this: use a key of an admin of the organization, or of the project",
  404: "there is no such project, or the API key cannot see it: check `projectId` and the key",
  423: "another operation on the project is still running: try again in a moment",
  429: "too many requests: try again in a moment",
};

export interface NeonFailure extends SourceError {
  method: string;
  status?: number;
  retryAfterMs?: number;
}

export function neonFailure({ method, path, status, message, requestId, retryAfterMs }: NeonAnswer): NeonFailure {
  const advice = status === undefined ? undefined : status < 400 ? NOT_NEON : NEON_ADVICE[status];
  const answer = status === undefined ? `got no answer (${message})` : `was answered with HTTP ${status} (${message})`;
  const text = `Neon API: ${method} ${path} ${answer}${advice ? `: ${advice}` : ""}. Request id ${requestId}`;
  return Object.assign(refusal("neonFailure", text), { method, status, retryAfterMs });
}

export function isNeonFailure(error: unknown): error is NeonFailure {
  return isRefusal(error) && error.kind === "neonFailure";
}

/** Not carried out, and worth another try. */
export function isRefusedForNow({ status }: NeonFailure): boolean {
  return status === 423 || status === 429 || status === 503;
}

/** Nobody knows whether it was carried out: no answer, none that can be read, or one of what stands before Neon. */
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
    `${displayOperation(projectId, operation)} ended in "${operation.status}"${reasonOf(operation)}. ${OPERATIONS_ADVICE}`,
  );
}

export function operationLate(projectId: string, operation: FailedOperation, seconds: number): SourceError {
  return refusal(
    "operationLate",
    `${displayOperation(projectId, operation)} is still "${operation.status}" after ${seconds} s${reasonOf(operation)}. ${OPERATIONS_ADVICE}`,
  );
}

const OPERATIONS_ADVICE = "Look at the project's operations in Neon's console, then run `pulumi up` again";

function displayOperation(projectId: string, { id, action }: FailedOperation): string {
  return `operation ${action} (${id}) of Neon project ${projectId}`;
}

function reasonOf({ error }: FailedOperation): string {
  return error ? `: ${error}` : "";
}

export const WRONG_PROJECT = "Nothing was changed: correct `projectId` or the connection";

export function foreignServer(place: { host: string; projectId: string; found: string }): SourceError {
  return refusal(
    "foreignHost",
    `${place.host} says that it belongs to Neon project ${place.found}, and not to ${place.projectId}. ${WRONG_PROJECT}`,
  );
}

/** Throws what went wrong with a project that this resource knew; where it is gone, with the way out. */
export function refuseMissingProject(error: unknown): never {
  if (!isNeonFailure(error) || error.status !== 404) throw error;
  throw refusal(
    "projectGone",
    `${error.message}. If the project was deleted, take this resource out of the state: \`pulumi state delete <urn>\``,
  );
}
