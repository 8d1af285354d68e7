import * as pulumi from "@pulumi/pulumi";
import { parseConnectionUri, withoutUndefined } from "../lifecycle/connectionUri";
import { resolveSettings, SECRET_SETTINGS } from "../lifecycle/settings";

/**
 * The connection to the database, and to Neon's API. Each value that is not given comes from the stack's config, or else from
 * the environment.
 */
export interface ProviderArgs {
  /**
   * `postgres://user:password@host:port/database`, with the direct host of a read-write endpoint, never Neon's `-pooler`. The
   * separate fields below override its parts. Secret.
   * @defaultValue `clickpipes:connectionUri`, else `DATABASE_URL`
   */
  connectionUri?: pulumi.Input<string> | undefined;
  /**
   * The direct host of the server. If you give `connectionUri` or `host`, no other source adds parts to the connection.
   * @defaultValue `clickpipes:host`, else `PGHOST`
   */
  host?: pulumi.Input<string> | undefined;
  /**
   * Port of the server.
   * @defaultValue 5432; or `clickpipes:port` or `PGPORT`, from the same source as the host
   */
  port?: pulumi.Input<number> | undefined;
  /**
   * The database. A provider serves a single one.
   * @defaultValue `clickpipes:database` or `PGDATABASE`, from the same source as the host
   */
  database?: pulumi.Input<string> | undefined;
  /**
   * The admin: on Neon, the owner role that came with the project. Elsewhere, a superuser, or (from Postgres 16 on) a role with
   * CREATEROLE and REPLICATION that may act as the owners of the tables.
   * @defaultValue `clickpipes:user` or `PGUSER`, from the same source as the host
   */
  user?: pulumi.Input<string> | undefined;
  /**
   * The admin's password. Secret.
   * @defaultValue `clickpipes:password` or `PGPASSWORD`, from the same source as the host
   */
  password?: pulumi.Input<string> | undefined;
  /**
   * How to encrypt the connection, and which certificates to accept, as in libpq. For a host in `.neon.tech`, `require` also verifies
   * the certificate. `channel_binding=require` in `connectionUri` (or `PGCHANNELBINDING`) is always enforced: a server that
   * does not offer SCRAM-SHA-256-PLUS gets neither the password nor a proof of it.
   * @defaultValue `verify-full`; `disable` for a local host
   */
  sslmode?: pulumi.Input<"disable" | "require" | "verify-ca" | "verify-full"> | undefined;
  /**
   * A file with root certificates, their text, or `system`.
   * @defaultValue the root certificates of Node.js
   */
  sslrootcert?: pulumi.Input<string> | undefined;
  /**
   * Seconds to wait for a server that starts, wakes or restarts. An unknown host, a connection that is refused the first time, and a
   * wrong password or database fail at once.
   * @defaultValue 60
   */
  connectTimeout?: pulumi.Input<number> | undefined;
  /**
   * Maximum seconds for a statement.
   * @defaultValue 60
   */
  statementTimeout?: pulumi.Input<number> | undefined;
  /**
   * Seconds to wait for a lock. After three tries, the error names the session that holds it.
   * @defaultValue 5
   */
  lockTimeout?: pulumi.Input<number> | undefined;
  /**
   * Seconds that a delete, a replacement or a rename waits for readers to go away.
   * @defaultValue 60
   */
  deleteTimeout?: pulumi.Input<number> | undefined;
  /**
   * Maximum number of connections at the same time. A single one serves all resources, one transaction after the other.
   * @defaultValue 1
   */
  maxConnections?: pulumi.Input<number> | undefined;
  /**
   * Accepts that the database was restored or moved. Objects are then looked up by name, since their OIDs have changed. Set it,
   * run `pulumi up` and `pulumi refresh`, then remove it.
   * @defaultValue false
   */
  acceptMovedDatabase?: pulumi.Input<boolean> | undefined;
  /**
   * A key for Neon's API, which `LogicalReplication` and `IpAllowlist` use. A key scoped to the project is enough. Secret.
   * @defaultValue `clickpipes:neonApiKey`, else `NEON_API_KEY`
   */
  neonApiKey?: pulumi.Input<string> | undefined;
  /**
   * URL of Neon's API.
   * @defaultValue `clickpipes:neonApiUrl`, else `NEON_API_HOST`, else `https://console.neon.tech/api/v2`
   */
  neonApiUrl?: pulumi.Input<string> | undefined;
}

const CONNECTION = ["connectionUri", "host", "port", "database", "user", "password", "sslmode", "sslrootcert"] as const;
const OTHERS = [
  "connectTimeout",
  "statementTimeout",
  "lockTimeout",
  "deleteTimeout",
  "maxConnections",
  "acceptMovedDatabase",
  "neonApiKey",
  "neonApiUrl",
] as const;

type Name = (typeof CONNECTION)[number] | (typeof OTHERS)[number];
type Values = Partial<Record<Name, pulumi.Input<string>>>;

/**
 * A connection to one database and to Neon's API. Pass it as `provider` to the resources that should use it. They all share one
 * connection. Changing an argument updates only this provider, in place. Without a `Provider`, the same values come from the
 * stack's config and the environment.
 *
 * Refresh and destroy use the values of the last `pulumi up`, as Pulumi does for every provider. After you change the admin's
 * password, run `pulumi up` first, or add `--run-program`.
 *
 * @example
 * ```ts
 * const source = new clickpipes.Provider("app", { connectionUri: project.connectionUri, neonApiKey });
 * ```
 *
 * @remarks
 * ### Errors and fixes
 *
 * Any resource can report these errors about its connection:
 *
 * | The message says | What to do |
 * | --- | --- |
 * | no connection to Postgres | Give `connectionUri`, or set `clickpipes:connectionUri` in the stack's config (`--secret`), or `DATABASE_URL`. |
 * | no Neon API key | Give `neonApiKey`, or set `clickpipes:neonApiKey` in the stack's config (`--secret`), or `NEON_API_KEY`. |
 * | is Neon's connection pooler | Use the direct host that the message names. |
 * | is a read replica | Use the host of the branch's read-write endpoint. |
 * | this resource lives in | The provider points at a different database or branch than before. Point it back. After a restore, set `acceptMovedDatabase`. |
 * | `channel_binding=require` demands | The server asked for the password in another way. Check the host. If it is the right one, the message says what to change. |
 * | does not trust the server's certificate | Check the host. If the certificate is right, give its authority as `sslrootcert`. |
 * | cannot connect to | The message quotes the error of the server or the network, and the fix if there is a known one. |
 * | could not get a lock in | The message names the session that holds it. The transaction changed nothing. Run the command again when the lock is released. |
 * | the API key has no right to do this | Use an organization admin's key, or a key of the project. |
 * | another operation on the project is still running | The request was retried for two minutes. Try again in a moment. |
 */
export class Provider extends pulumi.ProviderResource {
  /** Host of the connection. Like the next three, it is never secret, so that values that depend on it show in previews. */
  readonly host: pulumi.Output<string>;
  readonly port: pulumi.Output<number>;
  readonly database: pulumi.Output<string>;
  /** The admin. */
  readonly user: pulumi.Output<string>;

  constructor(name: string, args: ProviderArgs = {}, opts: pulumi.ResourceOptions = {}) {
    const values = valuesOf(args);
    const inputs = Object.fromEntries(Object.entries(values).map(([key, value]) => [`clickpipes:${key}`, value]));
    super("pulumi-nodejs", name, inputs, opts);
    warnOfIgnored(args, this);
    const connection = connectionOf(values);
    this.host = connection.apply(({ host }) => host);
    this.port = connection.apply(({ port }) => port);
    this.database = connection.apply(({ database }) => database);
    this.user = connection.apply(({ user }) => user);
  }
}

/** All parts of a connection come from one source, so fields without a server have no effect. */
function warnOfIgnored(args: ProviderArgs, provider: Provider): void {
  if (args.connectionUri !== undefined || args.host !== undefined) return;
  const ignored = CONNECTION.filter((name) => args[name] !== undefined);
  if (ignored.length === 0) return;
  const text = [
    `${ignored.join(", ")}: no effect without \`connectionUri\` or \`host\`.`,
    "All parts of a connection come from one source. Give `connectionUri` or `host` to the same Provider.",
  ].join("\n");
  void pulumi.log.warn(text, provider);
}

/** The values as text, since a provider's configuration holds nothing else. Secrets are marked as secret. */
function valuesOf(args: ProviderArgs): Values {
  const config = new pulumi.Config("clickpipes");
  // An output may resolve to nothing, which must not become the text "undefined".
  const text = (value: unknown) => (value === undefined || value === null ? undefined : String(value)) as string;
  const given = (name: Name) => (args[name] === undefined ? undefined : pulumi.output(args[name]).apply(text));
  const configured = (name: Name) => (SECRET_SETTINGS.includes(name) ? config.getSecret(name) : config.get(name));
  // All parts of the connection come from one source.
  const fromArgs = args.connectionUri !== undefined || args.host !== undefined;
  const values: Values = {};
  const put = (name: Name, value: pulumi.Input<string> | undefined) => {
    if (value !== undefined) values[name] = SECRET_SETTINGS.includes(name) ? pulumi.secret(value) : value;
  };
  for (const name of CONNECTION) put(name, fromArgs ? given(name) : configured(name));
  for (const name of OTHERS) put(name, given(name) ?? configured(name));
  return values;
}

export interface DatabaseAddress {
  host: string;
  port: number;
  database: string;
  user: string;
}

/** The connection of resources without a `Provider`, from the stack config and the environment. */
export function programConnection(): pulumi.Output<DatabaseAddress> {
  return connectionOf(valuesOf({}));
}

/** Computed in the program, and not marked secret, since the only secret in the URL is the password. */
function connectionOf(values: Values): pulumi.Output<DatabaseAddress> {
  const names = ["connectionUri", "host", "port", "database", "user"] as const;
  const known = pulumi.all(names.map((name) => values[name])).apply((list) => {
    const given = Object.fromEntries(names.map((name, index) => [name, list[index]])) as Record<
      string,
      string | undefined
    >;
    const { postgres } = resolveSettings(
      (name) => given[name],
      (name) => process.env[name] || undefined,
    );
    if (!("problem" in postgres)) return postgres;
    // The resources report what is wrong with it. Here, what is known is enough.
    const fields = { ...(given.connectionUri && parseConnectionUri(given.connectionUri)), ...withoutUndefined(given) };
    return {
      host: fields.host ?? "",
      port: Number(fields.port ?? 5432),
      database: fields.database ?? "",
      user: fields.user ?? "",
    };
  });
  return pulumi.unsecret(known).apply(({ host, port, database, user }) => ({ host, port, database, user }));
}
