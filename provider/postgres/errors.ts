import { refusal, type SourceError, sentence } from "../errors";
import { displaySqlstate, SQLSTATE } from "./sqlstate";

export interface Blocker {
  /** Null for a prepared transaction, which belongs to no session. */
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
  const holders =
    blockers.length > 0
      ? `It is held by ${blockers.map(displayBlocker).join(", ")}.`
      : "The session that holds it could not be identified.";
  return refusal(
    "lockedOut",
    `could not get a lock in ${wait.tries} tries of ${wait.seconds} s (${cause.message}, ${displaySqlstate(SQLSTATE.lockNotAvailable)}).`,
    holders,
    "This transaction changed nothing. Run the command again when the lock is released.",
  );
}

export function readReplica(host: string): SourceError {
  return refusal(
    "readReplica",
    `${host} is a read replica.`,
    "It cannot be changed, and ClickPipes cannot replicate from it.",
    "Use the host of the branch's read-write endpoint (Neon console, Connect, compute type Primary).",
  );
}

export function pooledHost(host: string, direct: string): SourceError {
  return refusal(
    "pooledHost",
    `host ${host} is Neon's connection pooler.`,
    "It supports neither replication nor session settings.",
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
  /** Undefined if the error does not come from the server. */
  severity?: string;
  closed?: boolean;
  statement?: { text: string; secret?: boolean };
  detail?: string;
  hint?: string;
  where?: string;
  /** The user that was turned away, if not the provider's own. */
  user?: string;
}

interface Cause {
  why: string;
  fix?: string;
}

const CONNECT_CAUSES: Readonly<Record<string, Cause>> = {
  ECONNREFUSED: { why: "nothing listens there", fix: "Check host and port." },
  ENOTFOUND: { why: "no such host", fix: "Check the host name." },
  EAI_AGAIN: {
    why: "the host name could not be looked up",
    fix: "Check the host name and this machine's DNS.",
  },
  [SQLSTATE.invalidPassword]: { why: "the password was refused" },
  [SQLSTATE.invalidAuthorization]: {
    why: "the server does not let this user in from here",
    fix: "Check the user, pg_hba.conf or IP Allow.",
  },
  [SQLSTATE.invalidCatalogName]: { why: "no such database", fix: "Check the name of the database." },
  [SQLSTATE.tooManyConnections]: {
    why: "all connections of the server, or all that this user may have, are in use",
    fix: "End some of them, then run the command again.",
  },
};

const STATEMENT_ADVICE: Readonly<Record<string, readonly string[]>> = {
  [SQLSTATE.queryCanceled]: [
    "The statement took longer than the provider's `statementTimeout`, or another user cancelled it.",
    "Run the command again when the server is less busy, or raise `statementTimeout`.",
  ],
  [SQLSTATE.readOnlySqlTransaction]: [
    "Sessions of this user in this database are read-only (SHOW default_transaction_read_only).",
    "Allow the admin to write (ALTER ROLE … SET default_transaction_read_only = off), then run the command again.",
  ],
  [SQLSTATE.diskFull]: [
    "The server has no disk space left.",
    "Free some (on Neon, the cause may be the project's storage limit), then run the command again.",
  ],
};

/** Explains an error that a database, or the network on the way to it, raised. */
export function explainServerFailure(failure: ServerFailure, server: ServerAddress): string {
  const code = failure.code === undefined ? "" : ` (${displaySqlstate(failure.code)})`;
  const place = `${server.host}:${server.port}`;
  if (failure.closed !== undefined) {
    const { why, fix } = connectCause(failure.code);
    const as = `database "${server.database}", as "${failure.user ?? server.user}"`;
    return [
      `cannot connect to ${place}, ${as}${why === undefined ? "" : `: ${why}`}.`,
      sentence(`The error was: ${failure.message}${code}`),
      ...(fix === undefined ? [] : [fix]),
    ].join("\n");
  }
  if (failure.severity === undefined)
    return [
      `lost the connection to Postgres at ${place}.`,
      sentence(`The error was: ${failure.message}`),
      "Run the command again once the server is back.",
    ].join("\n");
  const advice = failure.code === undefined ? undefined : STATEMENT_ADVICE[failure.code];
  return [`Postgres at ${place} refused: ${serverWords(failure)}`, ...(advice ?? [])].join("\n");
}

function connectCause(code: string | undefined): Partial<Cause> {
  if (code === undefined) return {};
  return isCertificateFailure(code) ? UNTRUSTED_CERTIFICATE : (CONNECT_CAUSES[code] ?? {});
}

/** No connection was made, or it was lost, so nothing is known about the database itself. */
export function isUnreachable(error: unknown): boolean {
  return error instanceof Error && ("closed" in error || !("severity" in error || "kind" in error));
}

export function isServerFailure(error: unknown): error is ServerFailure {
  return error instanceof Error && ("closed" in error || "statement" in error || "severity" in error);
}

const UNTRUSTED_CERTIFICATE: Readonly<Cause> = {
  why: "this machine does not trust the server's certificate",
  fix:
    "Check the host. If the certificate is right, set `sslrootcert` to the certificate of the authority that signed it, run " +
    "`pulumi up`, then try again (to destroy right away, add `--run-program`).",
};

/** Node has one code for each thing that can be wrong with a certificate. */
function isCertificateFailure(code: string): boolean {
  return /CERT|UNABLE_TO_(GET|VERIFY)|SELF_SIGNED|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE/.test(code);
}

/** Everything that the server reported, except for what may repeat a statement that carries a password. */
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
