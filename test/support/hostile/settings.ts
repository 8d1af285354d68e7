import type { Admin, TestDatabase } from "../postgres/database";
import type { PostgresVersion } from "../postgres/servers";

/**
 * Who sets it: the admin's role, the database (whose settings the ClickPipes user has too), `options` of the connection URI,
 * PGOPTIONS, a variable of its own in the environment, or the role of the ClickPipes user.
 */
export type Where = "role" | "database" | "uri" | "environment" | "variable" | "reader";

export interface HostileSetting {
  name: string;
  value: string;
  where: Where;
  minVersion?: PostgresVersion;
  maxVersion?: PostgresVersion;
  /** What the environment holds reaches the stand-in for Neon too, which runs in this process: it would not survive that. */
  admin?: Admin;
  /** Of a locale that not every machine has. */
  isLocale?: boolean;
}

type Limits = Omit<HostileSetting, "name" | "value" | "where">;

const at = (where: Where, settings: Record<string, string>, limits: Limits = {}): HostileSetting[] =>
  Object.entries(settings).map(([name, value]) => ({ name, value, where, ...limits }));

const GERMAN = "de_DE.utf8";
const LOCALES = { lc_messages: GERMAN, lc_monetary: GERMAN, lc_numeric: GERMAN, lc_time: GERMAN };

/** Which names, texts and numbers mean what, and how they are written out. */
export const MEANING: readonly HostileSetting[] = [
  ...at("role", {
    search_path: "shadow, pg_catalog",
    standard_conforming_strings: "off",
    escape_string_warning: "off",
    quote_all_identifiers: "on",
    transform_null_equals: "on",
    array_nulls: "off",
    DateStyle: "SQL, DMY",
    IntervalStyle: "sql_standard",
    timezone_abbreviations: "Australia",
    bytea_output: "escape",
    xmloption: "document",
    extra_float_digits: "-15",
    client_encoding: "LATIN1",
    check_function_bodies: "off",
    "plpgsql.extra_errors": "all",
    "plpgsql.variable_conflict": "use_column",
  }),
  ...at("database", {
    search_path: "",
    backslash_quote: "off",
    DateStyle: "German",
    TimeZone: "Asia/Kolkata",
    xmlbinary: "hex",
    client_encoding: "SQL_ASCII",
    default_text_search_config: "pg_catalog.german",
  }),
  ...at("uri", {
    search_path: "$user, pg_catalog",
    standard_conforming_strings: "off",
    DateStyle: "Postgres, YMD",
    IntervalStyle: "iso_8601",
    timezone_abbreviations: "India",
    client_encoding: "LATIN1",
    "plpgsql.extra_warnings": "all",
  }),
  ...at("environment", {
    search_path: "shadow, pg_catalog",
    quote_all_identifiers: "on",
    TimeZone: "America/St_Johns",
  }),
  ...at("reader", {
    search_path: "shadow, public",
    standard_conforming_strings: "off",
    quote_all_identifiers: "on",
    DateStyle: "SQL, DMY",
    TimeZone: "Pacific/Auckland",
    client_encoding: "LATIN1",
  }),
  ...at("role", LOCALES, { isLocale: true }),
];

/** What is cut off, refused or held up. */
const LIMITS: HostileSetting[] = [
  ...at("role", {
    statement_timeout: "1ms",
    lock_timeout: "1ms",
    idle_in_transaction_session_timeout: "1ms",
    idle_session_timeout: "1ms",
    tcp_user_timeout: "50ms",
    client_connection_check_interval: "1ms",
    deadlock_timeout: "1ms",
    default_transaction_isolation: "serializable",
    default_transaction_deferrable: "on",
    max_stack_depth: "200kB",
  }),
  ...at("role", { transaction_timeout: "50ms" }, { minVersion: 17 }),
  ...at("database", { default_transaction_isolation: "repeatable read", row_security: "off" }),
  ...at("uri", { statement_timeout: "50ms", idle_session_timeout: "5ms", lock_timeout: "1ms" }),
  ...at("uri", { transaction_timeout: "100ms" }, { minVersion: 17 }),
  ...at("environment", { idle_session_timeout: "50ms" }, { admin: "superuser" }),
  ...at("reader", { statement_timeout: "1ms", idle_in_transaction_session_timeout: "1ms" }),
];

/** What a password becomes, who gets which rights, and what is said about it. */
const CONSEQUENCES: HostileSetting[] = [
  ...at("role", {
    password_encryption: "md5",
    row_security: "off",
    session_replication_role: "replica",
    client_min_messages: "error",
    log_parameter_max_length_on_error: "-1",
    application_name: "somebody else",
    track_activities: "off",
  }),
  ...at("role", { createrole_self_grant: "set, inherit", scram_iterations: "128" }, { minVersion: 16 }),
  ...at("role", { restrict_nonsystem_relation_kind: "view, foreign-table" }, { minVersion: 17 }),
  ...at("uri", { password_encryption: "md5", client_min_messages: "debug5", debug_print_parse: "on" }),
];

/** By which way rows are found, and so in which order they come. */
const PLANS: HostileSetting[] = [
  ...at("role", {
    jit_above_cost: "0",
    enable_seqscan: "off",
    enable_hashjoin: "off",
    enable_hashagg: "off",
    enable_sort: "off",
    work_mem: "64kB",
    plan_cache_mode: "force_generic_plan",
    max_parallel_workers_per_gather: "8",
    min_parallel_table_scan_size: "0",
    parallel_setup_cost: "0",
    parallel_tuple_cost: "0",
    join_collapse_limit: "1",
  }),
  ...at("role", { force_parallel_mode: "on" }, { maxVersion: 15 }),
  ...at("role", { debug_parallel_query: "on" }, { minVersion: 16 }),
  ...at("role", { stats_fetch_consistency: "snapshot" }, { minVersion: 15 }),
  ...at("database", { enable_indexscan: "off", enable_nestloop: "off", synchronize_seqscans: "off" }),
  ...at("database", { gin_fuzzy_search_limit: "1", constraint_exclusion: "on" }),
];

const ALL = [...MEANING, ...LIMITS, ...CONSEQUENCES, ...PLANS];

/** What the driver takes from the environment for whatever it is not told. */
export const VARIABLES = at("variable", {
  PGREPLICATION: "database",
  PGBINARY: "1",
  PGSSLNEGOTIATION: "direct",
  PGCLIENT_ENCODING: "LATIN1",
});

/** Those that can be set there. */
export async function hostileSettings(db: TestDatabase, admin: Admin): Promise<HostileSetting[]> {
  const found: HostileSetting[] = [];
  for (const setting of ALL) {
    const { minVersion = 14, maxVersion = 18 } = setting;
    const belongs = db.version >= minVersion && db.version <= maxVersion && (setting.admin ?? admin) === admin;
    if (belongs && (!setting.isLocale || (await isAccepted(db, setting)))) found.push(setting);
  }
  return found;
}

function isAccepted(db: TestDatabase, { name, value }: HostileSetting): Promise<boolean> {
  return db.query("select set_config($1, $2, true)", [name, value]).then(
    () => true,
    () => false,
  );
}
