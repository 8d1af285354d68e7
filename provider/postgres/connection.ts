import type { EventEmitter } from "node:events";
import { Socket } from "node:net";
import { Client, type ClientConfig } from "pg";
import { isRefusal, refusal } from "../errors";
import { ChannelBinding } from "./channelBinding";
import { address, type PostgresSettings } from "./connectionSettings";
import { readerStartupSettings, routingOptions, startupOptions, startupSettings } from "./sql/settings";
import { tlsOptions } from "./tls";

export interface OpenConnection {
  client: Client;
  socket: Socket;
  settings: PostgresSettings;
  /** Major version, as the server announces it while connecting. */
  version: number;
}

/** Who connects: we ourselves, or we as the ClickPipes user, whose own settings ClickPipes would meet too. */
export interface ConnectAs {
  reader?: boolean;
  replication?: "database";
}

/** Why one attempt failed. `closed`: the socket went away, as it does when a server starts, stops or does not answer. */
export interface ConnectFailure extends Error {
  code?: string;
  closed: boolean;
}

function connectFailure(error: unknown, closed: boolean): Error {
  // Node tries every address of a name and wraps the failures in an AggregateError whose own message is empty.
  if (error instanceof AggregateError && error.errors.length > 0) return connectFailure(error.errors[0], closed);
  if (isRefusal(error)) return error;
  return Object.assign(error instanceof Error ? error : new Error(String(error)), { closed });
}

/** What pg's types leave out. */
interface Internals {
  connection: EventEmitter & { stream: Socket; attachListeners(stream: Socket): void };
  connectionParameters: { options: string | undefined; replication: string | undefined };
}

/** What is known of the server before: its version, or 0; and whether something there takes no settings in the startup packet. */
export interface ServerBefore {
  version: number;
  bare: boolean;
}

/** One attempt to open a connection. */
export async function openConnection(
  settings: PostgresSettings,
  timeoutMs: number,
  as: ConnectAs,
  before: ServerBefore,
): Promise<OpenConnection> {
  const socket = new Socket();
  const config = {
    ...clientConfig(settings),
    // As a function: an empty string would make pg take PGPASSWORD from the environment, another source's value.
    password: () => settings.password ?? "",
    stream: () => socket,
    connectionTimeoutMillis: timeoutMs,
  };
  const client = new Client(config as ClientConfig);
  const { connection, connectionParameters } = client as unknown as Internals;
  // Set here, since pg takes PGOPTIONS and the like, which are another source's values, for what it is not given.
  const own = as.reader ? routingOptions(settings.options) : settings.options;
  connectionParameters.options = startupOptions(own, before.bare ? {} : settingsOf(settings, as, before)) || undefined;
  connectionParameters.replication = as.replication;
  const binding =
    settings.channelBinding === "require"
      ? new ChannelBinding(address(settings), connection, () => {
          connection.stream.destroy();
          socket.destroy();
        })
      : undefined;
  endOnParseFailure(connection, address(settings));
  let version = 0;
  connection.on("parameterStatus", (status: { parameterName: string; parameterValue: string }) => {
    if (status.parameterName === "server_version") version = Number.parseInt(status.parameterValue, 10);
  });
  // Without a listener, an error after the connection is made would end the process.
  client.on("error", () => {});
  try {
    await client.connect();
    binding?.refuseUnproven(version);
  } catch (error) {
    const closed = socket.destroyed;
    socket.destroy();
    if (binding?.refused) throw binding.refused;
    if (binding && isWithoutTls(error)) throw binding.withoutTls();
    throw connectFailure(error, closed);
  }
  return { client, socket, version, settings };
}

/** What pg cannot read, such as a login by GSSAPI, it throws where nobody can catch it, and would end the process. */
function endOnParseFailure(connection: Internals["connection"], place: string): void {
  const attach = connection.attachListeners.bind(connection);
  connection.attachListeners = (stream) => {
    const before = new Set(stream.listeners("data"));
    attach(stream);
    for (const listener of stream.listeners("data").filter((one) => !before.has(one))) {
      stream.off("data", listener as () => void);
      stream.on("data", (chunk) => {
        try {
          (listener as (data: Buffer) => void)(chunk);
        } catch (error) {
          connection.emit("error", unreadable(place, error as Error));
          stream.destroy();
        }
      });
    }
  };
}

function unreadable(place: string, { message }: Error): Error {
  return refusal(
    "unreadable",
    `${place} says what cannot be read here (${message}): it wants a login by GSSAPI or SSPI, or is no Postgres server. ` +
      "Check host and port; let this user in by password, with scram-sha-256 in pg_hba.conf",
  );
}

/** pg has no code for it. */
function isWithoutTls(error: unknown): boolean {
  return error instanceof Error && error.message === "The server does not support SSL connections";
}

function settingsOf(
  settings: PostgresSettings,
  { reader }: ConnectAs,
  { version }: ServerBefore,
): Record<string, string> {
  return reader ? readerStartupSettings(settings) : startupSettings(version, settings);
}

function clientConfig(settings: PostgresSettings): ClientConfig & { pipeline: boolean; sslnegotiation: string } {
  const { host, port, database, user } = settings;
  return {
    host,
    port,
    database,
    user,
    ssl: tlsOptions(settings),
    pipeline: true,
    // Else pg takes PGSSLNEGOTIATION.
    sslnegotiation: "postgres",
    application_name: "pulumi-neon-clickpipes",
    keepAlive: true,
    enableChannelBinding: settings.channelBinding !== "disable",
  };
}
