import { refusal, type SourceError } from "../errors";
import { displaySqlstate, SQLSTATE } from "./sqlstate";

export interface Blocker {
  /** Null where it is a prepared transaction, which belongs to no session. */
  pid: number | null;
  user: string | null;
  since: string | null;
  prepared?: string | null;
}

export function displayBlocker({ pid, user, since, prepared }: Blocker): string {
  const what = pid === null ? `prepared transaction '${prepared}'` : `pid ${pid}`;
  return `${what} (user ${user ?? "unknown"}, since ${since ?? "unknown"})`;
}

export function lockedOut(blockers: Blocker[], wait: { tries: number; seconds: number }, cause: Error): SourceError {
  const names =
    blockers.length > 0 ? blockers.map(displayBlocker).join(", ") : "a session that could not be found afterwards";
  return refusal(
    "lockedOut",
    `could not get a lock in ${wait.tries} tries of ${wait.seconds} s (${cause.message}, ${displaySqlstate(SQLSTATE.lockNotAvailable)}). ` +
      `Held by ${names}. Nothing was changed: run it again when that is done.`,
  );
}

export function readReplica(host: string): SourceError {
  return refusal(
    "readReplica",
    `${host} is a read replica: it can neither be changed nor serve ClickPipes. Use the host of the branch's ` +
      "read-write endpoint (Neon console, Connect, compute type Primary).",
  );
}

export function pooledHost(host: string, direct: string): SourceError {
  return refusal(
    "pooledHost",
    `host ${host} is Neon's connection pooler, which passes on neither replication nor session settings. ` +
      `Use the direct host, ${direct}.`,
  );
}

export interface ServerAddress {
  host: string;
  port: number;
  database: string;
  user: string;
}

export interface ServerFailure extends Error {
  code?: string;
  /** Undefined where it was not the server that said so. */
  severity?: string;
  closed?: boolean;
  statement?: { text: string; secret?: boolean };
  detail?: string;
  hint?: string;
  where?: string;
  /** Who was turned away, where it is not the provider's own user. */
  user?: string;
}

export const CONNECT_ADVICE: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there: check host and port",
  ENOTFOUND: "no such host: check its name",
  EAI_AGAIN: "the name could not be looked up: check the host's name and this machine's DNS",
  [SQLSTATE.invalidPassword]: "the password was refused",
  [SQLSTATE.invalidAuthorization]:
    "the server does not let this user in from here: check user, pg_hba.conf or IP Allow",
  [SQLSTATE.invalidCatalogName]: "no such database: check its name",
  [SQLSTATE.tooManyConnections]:
    "all connections of the server, or all that this user may have, are taken: end some, then run it again",
};

export const STATEMENT_ADVICE: Readonly<Record<string, string>> = {
  [SQLSTATE.queryCanceled]:
    "It took longer than the provider's `statementTimeout` allows, or somebody cancelled it: run it again when the server " +
    "is less busy, or with more time",
  [SQLSTATE.readOnlySqlTransaction]:
    "Sessions of this user in this database may only read (SHOW default_transaction_read_only): let the admin write " +
    "(ALTER ROLE … SET default_transaction_read_only = off), then run it again",
  [SQLSTATE.diskFull]:
    "The server has no room left: make some (on Neon it may be the project's limit on storage), then run it again",
};

/** What went wrong, in words, for an error that a database or the road to it raised. */
export function explainServerFailure(failure: ServerFailure, server: ServerAddress): string {
  const code = failure.code === undefined ? "" : ` (${displaySqlstate(failure.code)})`;
  if (failure.closed !== undefined) {
    const byCode = failure.code === undefined ? undefined : CONNECT_ADVICE[failure.code];
    const advice = isCertificateFailure(failure.code) ? CERTIFICATE_ADVICE : byCode;
    const hint = advice === undefined ? "" : `: ${advice}`;
    return (
      `cannot connect to ${server.host}:${server.port}, database "${server.database}", as "${failure.user ?? server.user}"${hint}. ` +
      `The answer was: ${failure.message}${code}`
    );
  }
  if (failure.severity === undefined)
    return `lost the connection to Postgres at ${server.host}:${server.port} (${failure.message}): run it again once the server is back`;
  const known = failure.code === undefined ? undefined : STATEMENT_ADVICE[failure.code];
  const advice = known === undefined ? "" : ` ${known}.`;
  return `Postgres at ${server.host}:${server.port} refused: ${serverWords(failure)}${advice}`;
}

/** No connection was made, or it was lost: nothing is known about the database itself. */
export function isUnreachable(error: unknown): boolean {
  return error instanceof Error && ("closed" in error || !("severity" in error || "kind" in error));
}

export function isServerFailure(error: unknown): error is ServerFailure {
  return error instanceof Error && ("closed" in error || "statement" in error || "severity" in error);
}

/** What Node calls certificates that it does not accept, by what is wrong with them. */
const CERTIFICATE_ADVICE =
  "the server's certificate is not one that this machine trusts: check the host; if the certificate is right, give the " +
  "authority that signed it as `sslrootcert`, run `pulumi up`, then try again (for a destroy at once: add `--run-program`)";

function isCertificateFailure(code: string | undefined): boolean {
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
