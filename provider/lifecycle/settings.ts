import type { ChannelBindingMode } from "../postgres/channelBinding";
import type { PostgresSettings, SslMode } from "../postgres/connectionSettings";
import { pooledHost } from "../postgres/errors";
import { adviceOnUri, type ConnectionFields, parseConnectionUri, withoutUndefined } from "./connectionUri";
import { noCredentials } from "./refusals";

/** The provider's settings. A part that is missing or wrong is replaced by the problem. */
export interface Settings {
  postgres: PostgresSettings | { problem: string };
  neon: { apiKey: string; apiUrl: string } | { problem: string };
  acceptMovedDatabase: boolean;
  /** Must never be printed. */
  secrets: string[];
}

/** The arguments of a provider that are always secret. */
export const SECRET_SETTINGS: readonly string[] = ["connectionUri", "password", "neonApiKey"];

export type Lookup = (name: string) => string | undefined;

const NEON_API_URL = "https://console.neon.tech/api/v2";
const CONNECTION_FIELDS = ["host", "port", "database", "user", "password", "sslmode", "sslrootcert"] as const;
const CHANNEL_BINDINGS: readonly string[] = ["disable", "prefer", "require"];
const SSL_MODES: readonly string[] = ["disable", "require", "verify-ca", "verify-full"];

/**
 * `configured` looks up a provider argument in the provider's inputs or the stack's config. `environment` has the variables of
 * libpq and Neon.
 */
export function resolveSettings(configured: Lookup, environment: Lookup): Settings {
  // Pasted, or read from a file, they may end in a newline. With that, a quoted key would not be scrubbed.
  const apiKey = (configured("neonApiKey") ?? environment("NEON_API_KEY"))?.trim();
  const apiUrl = (configured("neonApiUrl") ?? environment("NEON_API_HOST") ?? NEON_API_URL).trim();
  const uri = configured("connectionUri") ?? environment("DATABASE_URL");
  const postgres = resolvePostgres(configured, environment);
  const password = "problem" in postgres ? undefined : postgres.password;
  return {
    postgres,
    neon: apiKey ? neonSettings(apiKey, apiUrl) : { problem: NO_NEON_KEY },
    acceptMovedDatabase: configured("acceptMovedDatabase") === "true",
    secrets: [apiKey, uri, password].filter((secret): secret is string => secret !== undefined && secret !== ""),
  };
}

const NO_NEON_KEY =
  "no Neon API key is configured.\n" +
  "Give the provider `neonApiKey`, or set `clickpipes:neonApiKey` in the stack's config (as a secret), or NEON_API_KEY.";
const NO_CONNECTION =
  "no connection to Postgres is configured.\n" +
  "Give the provider `connectionUri` (or `host`, `database`, `user`, `password`), or set `clickpipes:connectionUri` in the " +
  "stack's config (as a secret), or DATABASE_URL.";

function neonSettings(apiKey: string, apiUrl: string): Settings["neon"] {
  if (!/^https?:\/\/[^\s?#]+$/.test(apiUrl)) return { problem: "neonApiUrl: not an http(s) URL." };
  if (!/^[\x21-\x7e]+$/.test(apiKey)) return { problem: "neonApiKey: contains characters that no API key has." };
  return { apiKey, apiUrl: apiUrl.replace(/\/+$/, "") };
}

function resolvePostgres(configured: Lookup, environment: Lookup): Settings["postgres"] {
  try {
    const fields = configuredFields(configured) ?? environmentFields(environment);
    if (fields === undefined) throw noCredentials(NO_CONNECTION);
    return { ...validateOrRefuse(fields), ...readLimits(configured) };
  } catch (error) {
    return { problem: (error as Error).message };
  }
}

/** All parts of a connection come from one source. Parts of two would make a third connection that no one asked for. */
function configuredFields(configured: Lookup): ConnectionFields | undefined {
  const uri = configured("connectionUri");
  const single = withoutUndefined(Object.fromEntries(CONNECTION_FIELDS.map((name) => [name, configured(name)])));
  if (uri === undefined) return single.host === undefined ? undefined : single;
  return { ...parseUriOrRefuse(uri, "connectionUri"), ...single };
}

function environmentFields(environment: Lookup): ConnectionFields | undefined {
  const uri = environment("DATABASE_URL");
  const single = withoutUndefined<ConnectionFields>({
    host: environment("PGHOST"),
    port: environment("PGPORT"),
    database: environment("PGDATABASE"),
    user: environment("PGUSER"),
    password: environment("PGPASSWORD"),
    sslmode: environment("PGSSLMODE"),
    sslrootcert: environment("PGSSLROOTCERT"),
    channelBinding: environment("PGCHANNELBINDING"),
  });
  if (uri === undefined) return single.host === undefined ? undefined : single;
  return { ...single, port: undefined, ...parseUriOrRefuse(uri, "DATABASE_URL") };
}

function parseUriOrRefuse(uri: string, name: string): ConnectionFields {
  const fields = parseConnectionUri(uri);
  if (!fields)
    throw noCredentials(`${name}: not of the form postgres://user:password@host:port/database.`, ...adviceOnUri(uri));
  return fields;
}

function validateOrRefuse(fields: ConnectionFields): Omit<PostgresSettings, keyof ReturnType<typeof readLimits>> {
  const { host, database, user, password, sslrootcert, options } = fields;
  if (!host) throw noCredentials(NO_CONNECTION);
  if (!user) throw noCredentials(`the connection to ${host} names no user.`, "Add `user`.");
  if (!database) throw noCredentials(`the connection to ${host} names no database.`, "Add `database`.");
  const direct = directHost(host);
  if (direct !== host) throw pooledHost(host, direct);
  const port = fields.port === undefined ? 5432 : Number(fields.port);
  if (!Number.isInteger(port) || port < 1 || port > 65535)
    throw noCredentials("port: expected a number from 1 to 65535.");
  const { channelBinding } = fields;
  const local = channelBinding === "require" ? "require" : "disable";
  const sslmode = fields.sslmode ?? (isLocal(host) ? local : "verify-full");
  if (!SSL_MODES.includes(sslmode))
    throw noCredentials(`sslmode: expected one of ${SSL_MODES.join(", ")}, found "${sslmode}".`);
  if (channelBinding !== undefined && !CHANNEL_BINDINGS.includes(channelBinding))
    throw noCredentials(`channel_binding: expected one of ${CHANNEL_BINDINGS.join(", ")}, found "${channelBinding}".`);
  if (channelBinding === "require" && sslmode === "disable")
    throw noCredentials(
      "channel_binding: `require` needs TLS, but sslmode is `disable`.",
      "Set sslmode to `verify-full`, or remove `channel_binding` from the connection.",
    );
  return withoutUndefined({
    host,
    port,
    database,
    user,
    password,
    sslmode: sslmode as SslMode,
    sslrootcert,
    options,
    channelBinding: channelBinding as ChannelBindingMode | undefined,
  });
}

/** The host of the same endpoint without Neon's pooler: `ep-name.region…` for `ep-name-pooler.region…`. */
export function directHost(host: string): string {
  return host.replace(/^([^.]+)-pooler(?=\.|$)/i, "$1");
}

function isLocal(host: string): boolean {
  return host === "localhost" || host === "::1" || host.startsWith("/") || /^127(\.\d+){3}$/.test(host);
}

function readLimits(configured: Lookup) {
  return {
    connectTimeout: readSeconds(configured, "connectTimeout", 60),
    statementTimeout: readSeconds(configured, "statementTimeout", 60),
    lockTimeout: readSeconds(configured, "lockTimeout", 5),
    deleteTimeout: readSeconds(configured, "deleteTimeout", 60),
    maxConnections: readMaxConnections(configured("maxConnections")),
  };
}

function readSeconds(configured: Lookup, name: string, byDefault: number): number {
  const given = configured(name);
  const value = given === undefined ? byDefault : Number(given);
  // At most 23 days: timers of Node and settings of Postgres hold about 24 days in milliseconds.
  if (!(value >= 0 && value <= 2_000_000)) throw noCredentials(`${name}: expected a number of seconds.`);
  return value;
}

function readMaxConnections(given: string | undefined): number {
  const value = given === undefined ? 1 : Number(given);
  if (!Number.isInteger(value) || value < 1) throw noCredentials("maxConnections: expected a whole number, 1 or more.");
  return value;
}
