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

export function foreignHost(place: { host: string; projectId: string; known: string[] }): SourceError {
  return refusal(
    "foreignHost",
    `the connection's host ${place.host} is no endpoint of project ${place.projectId} (its endpoints: ${place.known.join(", ") || "none"}). ` +
      "Nothing was changed: correct `projectId` or the connection",
  );
}

export function foreignServer(place: { host: string; projectId: string; found: string }): SourceError {
  return refusal(
    "foreignHost",
    `${place.host} says that it belongs to Neon project ${place.found}, and not to ${place.projectId}. Nothing was changed: ` +
      "correct `projectId` or the connection",
  );
}

export function notBack(projectId: string, why: string): SourceError {
  return refusal(
    "notBack",
    `${why}. This was after the restart: logical replication is on now in project ${projectId}. Run \`pulumi up\` again, which ` +
      "restarts nothing more; `connectTimeout` gives the server more time",
  );
}

export function consentNeeded(projectId: string, active: string): SourceError {
  return refusal(
    "restartNeeded",
    `logical replication is off in project ${projectId}. Turning it on restarts every compute of the project, once, cutting open connections ` +
      `(active now: ${active}), and it is for ever: Neon has no way back. Consent with \`allowRestart: true\``,
  );
}

export function notLogical(projectId: string, host: string, walLevel: string): SourceError {
  return refusal(
    "notLogical",
    `project ${projectId} has logical replication on, but ${host} says wal_level = ${walLevel}. Either it is a host of another ` +
      "project, or its compute has not restarted since: restart it in Neon's console, then run `pulumi up` again",
  );
}

/** Which answer Neon gives where the plan lacks IP Allow is documented nowhere, so every refusal names both causes. */
export function allowlistRefused(projectId: string, failure: NeonFailure): NeonFailure {
  const { status = 0 } = failure;
  if (status < 400 || status >= 500 || [401, 404, 423, 429].includes(status)) return failure;
  const text =
    `Neon refused to change the IP Allow list of project ${projectId}, which has not changed. IP Allow is part of Neon's Scale ` +
    `plan, and needs a key that may change the project. ${failure.message}`;
  return Object.assign(refusal("neonFailure", text), { method: failure.method, status });
}

/** Of a project that this resource knew. */
export function explainProjectGone(error: unknown): never {
  if (!isNeonFailure(error) || error.status !== 404) throw error;
  throw refusal(
    "projectGone",
    `${error.message}. If the project was deleted, take this resource out of the state: \`pulumi state delete <urn>\``,
  );
}

export function publicBlocked(projectId: string): SourceError {
  return refusal(
    "publicBlocked",
    `project ${projectId} blocks public connections, so ClickPipes cannot reach it whatever its IP Allow list says: ` +
      "allow them in the project's settings, or leave IpAllowlist out and use a private connection",
  );
}

export function listEmptied(projectId: string): SourceError {
  return refusal(
    "listEmptied",
    `the IP Allow list of project ${projectId} was emptied by somebody, so it is open to the world now. It is not closed again unasked: ` +
      'run `pulumi refresh` to see it, then `pulumi up` to close it, or set `whenOpen: "leaveOpen"`',
  );
}

export function listContested(projectId: string, entries: string[]): SourceError {
  return refusal(
    "listContested",
    `the IP Allow list of project ${projectId} is being changed by somebody else all the time: what we wrote of ${entries.join(", ")} ` +
      "did not stay. Run it again in a moment; if it never stays, see whether the project's plan includes IP Allow (Neon's Scale plan does)",
  );
}

export function wouldOpen(projectId: string): SourceError {
  return refusal(
    "wouldOpen",
    `without these addresses the IP Allow list of project ${projectId} would be empty, and so open to the world. Add other entries first; ` +
      "or set `allowOpenOnDelete: true`, run `pulumi up`, then destroy again. Nothing was changed",
  );
}

interface ShutOut {
  projectId: string;
  host: string;
  cause: Error;
  /** Whether the list is open again. */
  isOpen?: boolean;
  /** Why our addresses could not be taken out again. */
  failure?: Error;
}

export function shutOut({ projectId, host, cause, isOpen, failure }: ShutOut): SourceError {
  const after = failure
    ? `and taking our addresses out again failed too (${failure.message}): the list is closed, so correct it in Neon's console at once`
    : `so our addresses were taken out again${isOpen ? ", and the list is open as before" : ""}`;
  return refusal(
    "shutOut",
    `with the IP Allow list of project ${projectId} closed, this machine could not connect to ${host} any more (${cause.message}), ${after}. ` +
      "Add this machine's address to `ips`, and those of your applications",
  );
}
