import { literal, type Statement, statement } from "./statement";

/** In seconds. */
export interface SessionLimits {
  statementTimeout: number;
  lockTimeout: number;
}

/** Without blanks, since it goes into the startup packet. */
const SEARCH_PATH = "pg_catalog,pg_temp";

/**
 * Settings that decide what this package's statements and their answers mean. Roles, databases, URIs and the environment can
 * set them.
 */
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
  // pg_hba.conf may not accept a hash of another kind.
  password_encryption: "scram-sha-256",
  "plpgsql.extra_errors": "none",
  exit_on_error: "off",
};

/** JIT compilation and parallel workers cost more than they save for reads of the catalogs. */
const PACE: Readonly<Record<string, string>> = { jit: "off", max_parallel_workers_per_gather: "0" };

/** The statement after BEGIN in each transaction. Its settings are local, since a pooler passes the session on to other clients. */
export function settleTransaction(version: number, { statementTimeout, lockTimeout }: SessionLimits): Statement {
  const settings = {
    // The time-outs come first, since they could cut off what follows.
    ...(version >= 17 && { transaction_timeout: "0" }),
    statement_timeout: milliseconds(statementTimeout),
    lock_timeout: milliseconds(lockTimeout),
    idle_in_transaction_session_timeout: milliseconds(statementTimeout),
    ...MEANING,
    // Otherwise CREATE ROLE could also make the admin a member of the new role.
    ...(version >= 16 && { createrole_self_grant: "" }),
    // Otherwise an error would write the values of its statement to the server's log, including a password.
    ...(version >= 13 && { log_parameter_max_length_on_error: "0" }),
    client_min_messages: "warning",
    ...PACE,
  };
  // Qualified, since the search path is not set yet.
  const calls = Object.entries(settings).map(
    ([name, value]) => `pg_catalog.set_config(${literal(name)}, ${literal(value)}, true)`,
  );
  return statement(`select ${calls.join(", ")}`);
}

/**
 * The settings in the startup packet of the admin's sessions: the time-outs, which also apply before and between transactions.
 * `version` is 0 until a server has reported it. An older server refuses settings that it does not know.
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

/**
 * The same for a login as the ClickPipes user: what ClickPipes overrides itself, and the search path, which keeps this
 * package's SQL safe.
 */
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

/**
 * The `options` of the startup packet. The user's own come first, such as Neon's `endpoint=…`, since the server uses the last
 * of two.
 */
export function startupOptions(own: string | undefined, settings: Readonly<Record<string, string>>): string {
  // A backslash at the end would escape the blank after it.
  const before = own?.replace(/^((?:[^\\]|\\.)*)\\$/s, "$1").trim();
  const ours = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`);
  return [...(before ? [before] : []), ...ours].join(" ");
}

/**
 * The part of the admin's `options` that routes to the server, such as Neon's `endpoint=…`. The rest does not apply to the
 * ClickPipes user.
 */
export function routingOptions(own: string | undefined): string | undefined {
  const words = own?.split(/\s+/).filter((word) => /^(endpoint|project)=|^neon_/.test(word)) ?? [];
  return words.length > 0 ? words.join(" ") : undefined;
}
