/**
 * Every error and refusal of this package is a plain Error made here. `kind` names the cause for code. The message is for people
 * and never holds a secret.
 */
export interface SourceError extends Error {
  kind: string;
}

/** `what`: what happened to which object. `lines`: why, and what to do. */
export function refusal(kind: string, what: string, ...lines: string[]): SourceError {
  return Object.assign(new Error([what, ...lines].join("\n")), { kind });
}

export function isRefusal(error: unknown): error is SourceError {
  return error instanceof Error && "kind" in error;
}

/** The text with a period at the end, for words of a server or a library that may lack one. */
export function sentence(text: string): string {
  return /[.;:!?]$/.test(text) ? text : `${text}.`;
}

/** A resource that exists, but not as desired. What is known about it is kept, and the next `pulumi up` resumes. */
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
