import * as pulumi from "@pulumi/pulumi";
import { parseConnectionUri, withoutUndefined } from "../lifecycle/connectionUri";
import { resolveSettings } from "../lifecycle/settings";

/** Where the database and Neon's API are. Each value not given is looked for in the stack's config, then in the environment. */
export interface ProviderArgs {
  /**
   * `postgres://user:password@host:port/database`, with the direct host of a read-write endpoint, never Neon's `-pooler`; the
   * single fields below override its parts. Secret.
   * @defaultValue `clickpipes:connectionUri`, else `DATABASE_URL`
   */
  connectionUri?: pulumi.Input<string>;
  /**
   * Host of the server, direct. Where `connectionUri` or `host` is given, no other source completes them.
   * @defaultValue `clickpipes:host`, else `PGHOST`
   */
  host?: pulumi.Input<string>;
  /**
   * Port of the server.
   * @defaultValue 5432; `clickpipes:port` or `PGPORT` beside their host
   */
  port?: pulumi.Input<number>;
  /**
   * Database of the server: one provider serves one.
   * @defaultValue `clickpipes:database` or `PGDATABASE`, beside their host
   */
  database?: pulumi.Input<string>;
  /**
   * The admin: on Neon the owner role that came with the project; elsewhere a superuser, or (from Postgres 16 on) a role with
   * CREATEROLE and REPLICATION that may act as the tables' owners.
   * @defaultValue `clickpipes:user` or `PGUSER`, beside their host
   */
  user?: pulumi.Input<string>;
  /**
   * The admin's password; secret.
   * @defaultValue `clickpipes:password` or `PGPASSWORD`, beside their host
   */
  password?: pulumi.Input<string>;
  /**
   * How the connection is encrypted, and whose certificate is accepted: as libpq's. For a host in `.neon.tech`, `require` verifies
   * the certificate as well. `channel_binding=require` in `connectionUri` (or `PGCHANNELBINDING`) is never skipped: a server that
   * does not offer SCRAM-SHA-256-PLUS gets neither the password nor a proof of it.
   * @defaultValue `verify-full`; `disable` for a local host
   */
  sslmode?: pulumi.Input<"disable" | "require" | "verify-ca" | "verify-full">;
  /**
   * A file with root certificates, their text, or `system`.
   * @defaultValue those of Node.js
   */
  sslrootcert?: pulumi.Input<string>;
  /**
   * Seconds to wait for a server that starts, wakes or restarts. A host that does not exist, a first refused connection, a wrong
   * password or database fail at once.
   * @defaultValue 60
   */
  connectTimeout?: pulumi.Input<number>;
  /**
   * Seconds a statement may take.
   * @defaultValue 60
   */
  statementTimeout?: pulumi.Input<number>;
  /**
   * Seconds to wait for a lock, three times over; then whoever holds it is named.
   * @defaultValue 5
   */
  lockTimeout?: pulumi.Input<number>;
  /**
   * Seconds that a delete, a replacement or a rename waits for readers to go.
   * @defaultValue 60
   */
  deleteTimeout?: pulumi.Input<number>;
  /**
   * Connections at the same time. One serves all resources, one transaction after the other.
   * @defaultValue 1
   */
  maxConnections?: pulumi.Input<number>;
  /**
   * Accepts that the database was restored or moved: objects are then looked up by name, their OIDs being others. Set it,
   * run `pulumi up` and `pulumi refresh`, and take it out again.
   * @defaultValue false
   */
  acceptMovedDatabase?: pulumi.Input<boolean>;
  /**
   * A key of Neon's API, for `LogicalReplication` and `IpAllowlist`; secret. One that is scoped to the project is enough.
   * @defaultValue `clickpipes:neonApiKey`, else `NEON_API_KEY`
   */
  neonApiKey?: pulumi.Input<string>;
  /**
   * Where Neon's API is.
   * @defaultValue `clickpipes:neonApiUrl`, else `NEON_API_HOST`, else `https://console.neon.tech/api/v2`
   */
  neonApiUrl?: pulumi.Input<string>;
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
const SECRETS: readonly string[] = ["connectionUri", "password", "neonApiKey"];

type Name = (typeof CONNECTION)[number] | (typeof OTHERS)[number];
type Values = Partial<Record<Name, pulumi.Input<string>>>;

/**
 * A connection to one database, and to Neon's API, for the resources that are given it as `provider`. All of them share
 * one connection. A change of any argument is an update in place of this provider alone. Without a `Provider` the same values
 * are looked for in the stack's config and in the environment.
 *
 * Refresh and destroy use the values of the last `pulumi up`, as Pulumi does for every provider: after a change of the admin's
 * password run `pulumi up` first, or add `--run-program`.
 *
 * @example
 * ```ts
 * const source = new clickpipes.Provider("app", { connectionUri: project.connectionUri, neonApiKey });
 * ```
 *
 * @remarks
 * ### Errors and their cure
 *
 * What any resource may say of its connection:
 *
 * | The message says | What to do |
 * | --- | --- |
 * | no connection to Postgres | Give `connectionUri`, set `clickpipes:connectionUri` in the stack's config (`--secret`), or `DATABASE_URL`. |
 * | no Neon API key | Give `neonApiKey`, set `clickpipes:neonApiKey` in the stack's config (`--secret`), or `NEON_API_KEY`. |
 * | is Neon's connection pooler | Use the direct host that is named. |
 * | is a read replica | Use the host of the branch's read-write endpoint. |
 * | this resource lives in | The provider points at another database or branch than before: point it back; or, after a restore, `acceptMovedDatabase`. |
 * | `channel_binding=require` demands | The server asked for the password in another way: check the host; see the message for what to change if the server is right. |
 * | is not one that this machine trusts | Check the host; if the certificate is right, give its authority as `sslrootcert`. |
 * | cannot connect to | What the server, or the road to it, answered; the message has the cure where one is known. |
 * | could not get a lock in | The session that is named holds it: run it again when that is done. Nothing was changed. |
 * | the API key has no right to do this | Take a key of an admin of the organization, or of the project. |
 * | another operation on the project is still running | Try again in a moment; it was tried for two minutes. |
 */
export class Provider extends pulumi.ProviderResource {
  /** Host of the connection. Never secret, like the three below, so that what depends on them shows in previews. */
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

/** A connection comes from one source as a whole, so fields of it beside no server complete none. */
function warnOfIgnored(args: ProviderArgs, provider: Provider): void {
  if (args.connectionUri !== undefined || args.host !== undefined) return;
  const ignored = CONNECTION.filter((name) => args[name] !== undefined);
  if (ignored.length === 0) return;
  const text = `${ignored.join(", ")}: of no effect without \`connectionUri\` or \`host\` beside it, since a connection comes from one source as a whole`;
  void pulumi.log.warn(text, provider);
}

/** The values as text, which is all that a provider's configuration can hold; the secret ones marked so. */
function valuesOf(args: ProviderArgs): Values {
  const config = new pulumi.Config("clickpipes");
  // An output may turn out to hold nothing, which is not the text "undefined".
  const text = (value: unknown) => (value === undefined || value === null ? undefined : String(value)) as string;
  const given = (name: Name) => (args[name] === undefined ? undefined : pulumi.output(args[name]).apply(text));
  const configured = (name: Name) => (SECRETS.includes(name) ? config.getSecret(name) : config.get(name));
  // The connection comes from one source as a whole.
  const fromArgs = args.connectionUri !== undefined || args.host !== undefined;
  const values: Values = {};
  const put = (name: Name, value: pulumi.Input<string> | undefined) => {
    if (value !== undefined) values[name] = SECRETS.includes(name) ? pulumi.secret(value) : value;
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

/** The connection of resources without a `Provider`: what stack config and environment say. */
export function programConnection(): pulumi.Output<DatabaseAddress> {
  return connectionOf(valuesOf({}));
}

/** Worked out in the program, and without the secret mark: only the password in the URL is one. */
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
    // What is wrong with it is the resources' to say; here only what can be known counts.
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
