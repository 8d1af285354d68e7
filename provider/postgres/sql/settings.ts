import { literal, type Statement, statement } from "./statement";

/** Times in seconds. */
export interface SessionLimits {
  statementTimeout: number;
  lockTimeout: number;
}

/** Without blanks, as the startup packet takes it. */
const SEARCH_PATH = "pg_catalog,pg_temp";

/** What decides how our statements and their answers are read: roles, databases, URIs and the environment can all set it. */
const MEANING: Readonly<Record<string, string>> = {
  search_path: SEARCH_PATH,
  standard_conforming_strings: "on",
  backslash_quote: "safe_encoding",
  quote_all_identifiers: "off",
  transform_null_equals: "off",
  array_nulls: "on",
  client_encoding: "UTF8",
  datestyle: "ISO, MDY",
  intervalstyle: "postgres",
  timezone: "UTC",
  timezone_abbreviations: "Default",
  bytea_output: "hex",
  extra_float_digits: "1",
  // A hash of another kind may be one that pg_hba.conf does not accept.
  password_encryption: "scram-sha-256",
  "plpgsql.extra_errors": "none",
  exit_on_error: "off",
};

/** Neither pays for a read of the catalogs: compiling is for queries that are long indeed, and so are workers. */
const PACE: Readonly<Record<string, string>> = { jit: "off", max_parallel_workers_per_gather: "0" };

/** What each of our transactions begins with. Local to it: a pooler hands the session on to others. */
export function settleTransaction(version: number, { statementTimeout, lockTimeout }: SessionLimits): Statement {
  const settings = {
    // First, since they may cut off what follows.
    ...(version >= 17 && { transaction_timeout: "0" }),
    statement_timeout: milliseconds(statementTimeout),
    lock_timeout: milliseconds(lockTimeout),
    idle_in_transaction_session_timeout: milliseconds(statementTimeout),
    ...MEANING,
    // With it, making a role would also make us a member.
    ...(version >= 16 && { createrole_self_grant: "" }),
    // An error would print the values of its statement in the server's log, a password among them.
    ...(version >= 13 && { log_parameter_max_length_on_error: "0" }),
    client_min_messages: "warning",
    ...PACE,
  };
  // Qualified, since the search path is still somebody else's here.
  const calls = Object.entries(settings).map(
    ([name, value]) => `pg_catalog.set_config(${literal(name)}, ${literal(value)}, true)`,
  );
  return statement(`select ${calls.join(", ")}`);
}

/**
 * What goes into the startup packet for a session of ours: the time-outs, which count before and between transactions too.
 * `version` is 0 until a server there has told it: an older one refuses what it does not know.
 */
export function startupSettings(version: number, limits: SessionLimits): Record<string, string> {
  return {
    search_path: SEARCH_PATH,
    ...cutOffs(limits),
    lock_timeout: milliseconds(limits.lockTimeout),
    idle_session_timeout: "0",
    tcp_user_timeout: "0",
    ...(version >= 17 && { transaction_timeout: "0" }),
  };
}

/** The same for a login as the ClickPipes user: what ClickPipes overrides itself, and what keeps our own text ours. */
export function readerStartupSettings(limits: SessionLimits): Record<string, string> {
  return { search_path: SEARCH_PATH, ...cutOffs(limits) };
}

function cutOffs({ statementTimeout }: SessionLimits): Record<string, string> {
  return {
    statement_timeout: milliseconds(statementTimeout),
    idle_in_transaction_session_timeout: milliseconds(statementTimeout),
  };
}

function milliseconds(seconds: number): string {
  return String(Math.round(seconds * 1000));
}

/** The `options` of the startup packet: the user's own first, such as Neon's `endpoint=…`; of two the server takes the last. */
export function startupOptions(own: string | undefined, settings: Readonly<Record<string, string>>): string {
  // A backslash at the end would swallow the blank after it.
  const before = own?.replace(/^((?:[^\\]|\\.)*)\\$/s, "$1").trim();
  const ours = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`);
  return [...(before ? [before] : []), ...ours].join(" ");
}

/** Of the admin's `options`, what leads to the server, as Neon's `endpoint=…` does: the settings in it are not the ClickPipes user's. */
export function routingOptions(own: string | undefined): string | undefined {
  const words = own?.split(/\s+/).filter((word) => /^(endpoint|project)=|^neon_/.test(word)) ?? [];
  return words.length > 0 ? words.join(" ") : undefined;
}
