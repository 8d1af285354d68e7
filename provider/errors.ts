import type { ServerFailure } from "./postgres/errors";
import { displaySqlstate } from "./postgres/sqlstate";

/**
 * Everything the package refuses or reports is a plain Error made here: what object, what was found, what to do next.
 * `kind` names the cause for code; the message is for people and never holds a secret.
 */
export interface SourceError extends Error {
  kind: string;
}

export function refusal(kind: string, message: string): SourceError {
  return Object.assign(new Error(message), { kind });
}

export function isRefusal(error: unknown): error is SourceError {
  return error instanceof Error && "kind" in error;
}

/** A resource that exists but is not as wished: what is known of it is kept, and the next `pulumi up` goes on. */
export interface Unfinished extends Error {
  finished: { id: string; outputs: Record<string, unknown> };
}

export function unfinished(id: string, outputs: Record<string, unknown>, cause: unknown): Unfinished {
  const error = cause instanceof Error ? cause : new Error(String(cause));
  return Object.assign(error, { finished: { id, outputs } });
}

export function isUnfinished(error: unknown): error is Unfinished {
  return error instanceof Error && "finished" in error;
}

/** What Node calls certificates that it does not accept, by what is wrong with them. */
export const CERTIFICATE_ADVICE =
  "the server's certificate is not one that this machine trusts: check the host; if the certificate is right, give the " +
  "authority that signed it as `sslrootcert`, run `pulumi up`, then try again (for a destroy at once: add `--run-program`)";

export function isCertificateFailure(code: string | undefined): boolean {
  return (
    code !== undefined &&
    /CERT|UNABLE_TO_(GET|VERIFY)|SELF_SIGNED|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE/.test(code)
  );
}

/** Everything that the server said, but for what may repeat a statement that carries a password. */
export function serverWords({ message, code, detail, hint, where, statement }: ServerFailure): string {
  const said = `${message}${code === undefined ? "" : ` (${displaySqlstate(code)})`}.`;
  if (statement?.secret) return said;
  const parts = [
    ...(detail ? [`Detail: ${detail}`] : []),
    ...(hint ? [`Hint: ${hint}`] : []),
    ...(where ? [`Context: ${where}`] : []),
  ];
  return [said, ...parts].join("\n  ");
}
