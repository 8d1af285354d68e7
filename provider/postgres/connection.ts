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
  /** Major version, as the server reports it on connect. */
  version: number;
}

/** How to connect. */
export interface ConnectAs {
  /** As the ClickPipes user, keeping the settings of that role, since they apply to ClickPipes too. */
  reader?: boolean;
  replication?: "database";
}

/** Why one attempt failed. `closed`: the socket was closed, as when a server starts, stops or does not answer. */
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

/** What the types of pg leave out. */
interface Internals {
  connection: EventEmitter & { stream: Socket; attachListeners(stream: Socket): void };
  connectionParameters: { options: string | undefined; replication: string | undefined };
}

/** What earlier connections found out about the server. */
export interface ServerBefore {
  /** Major version, or 0 if unknown. */
  version: number;
  /** The server, or a pooler in front of it, refuses settings in the startup packet. */
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
    // A function, since for an empty string pg would use PGPASSWORD from the environment, which is another source.
    password: () => settings.password ?? "",
    stream: () => socket,
    connectionTimeoutMillis: timeoutMs,
  };
  const client = new Client(config as ClientConfig);
  const { connection, connectionParameters } = client as unknown as Internals;
  // Set here, since for what is not set pg uses PGOPTIONS and the like, which are another source.
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
  // Without a listener, an error after the connection is made would end the process. After such an error the client takes no
  // query, even if the socket closes a moment later: no other work may be given this connection.
  client.on("error", () => socket.destroy());
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

/**
 * If pg cannot parse an answer, such as a request for GSSAPI, it throws where no caller can catch it, which would end the
 * process.
 */
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
    `${place} sent an answer that cannot be read (${message}).`,
    "It asks for a login by GSSAPI or SSPI, or isn't a Postgres server.",
    "Check host and port. Let this user log in by password, with scram-sha-256 in pg_hba.conf.",
  );
}

/** pg has no code for this error. */
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
    // Otherwise pg uses PGSSLNEGOTIATION.
    sslnegotiation: "postgres",
    application_name: "pulumi-neon-clickpipes",
    keepAlive: true,
    enableChannelBinding: settings.channelBinding !== "disable",
  };
}
