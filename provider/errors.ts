/**
 * Everything the package refuses or reports is a plain Error made here: what object, what was found, what to do next.
 * `kind` names the cause for code; the message is for people and never holds a secret.
 */
export interface SourceError extends Error {
  kind: string;
}

/** `what`: what happened to which object; then, a line each, why, and what to do. */
export function refusal(kind: string, what: string, ...lines: string[]): SourceError {
  return Object.assign(new Error([what, ...lines].join("\n")), { kind });
}

export function isRefusal(error: unknown): error is SourceError {
  return error instanceof Error && "kind" in error;
}

/** A resource that exists but is not as wished: what is known of it is kept, and the next `pulumi up` goes on. */
export interface Unfinished extends Error {
  finished: { id: string; outputs: Record<string, unknown> };
}

export function unfinished(id: string, outputs: object, cause: unknown): Unfinished {
  const error = cause instanceof Error ? cause : new Error(String(cause));
  return Object.assign(error, { finished: { id, outputs: { ...outputs } } });
}

export function isUnfinished(error: unknown): error is Unfinished {
  return error instanceof Error && "finished" in error;
}
