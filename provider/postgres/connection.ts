import type { EventEmitter } from "node:events";
import { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Client, type ClientConfig } from "pg";
import { isRefusal, refusal } from "../errors";
import { ChannelBinding, type ChannelBindingMode } from "./channelBinding";
import { readerStartupSettings, routingOptions, startupOptions, startupSettings } from "./sql/settings";
import { isInterruption, isUnknownSetting } from "./sqlstate";
import { tlsOptions } from "./tls";

export type SslMode = "disable" | "require" | "verify-ca" | "verify-full";

/** Where the database is and who we are there; times in seconds. */
export interface PostgresSettings {
  host: string;
  port: number;
  database: string;
  user: string;
  password?: string;
  sslmode: SslMode;
  sslrootcert?: string;
  /** As libpq's `channel_binding`; undefined: "prefer". */
  channelBinding?: ChannelBindingMode;
  options?: string;
  connectTimeout: number;
  statementTimeout: number;
  lockTimeout: number;
  deleteTimeout: number;
  maxConnections: number;
}

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

const ATTEMPT_MS = 15_000;
const PAUSE_MS = 500;

/** Hosts this process has reached before, and their versions: only there may a refused connection mean a restart. */
const reached = new Map<string, number>();

/** Hosts where something refuses settings in the startup packet, as poolers do: there each transaction alone brings them. */
const bare = new Set<string>();

export function expectRestart(settings: PostgresSettings): void {
  if (!reached.has(address(settings))) reached.set(address(settings), 0);
}

export function address(settings: Pick<PostgresSettings, "host" | "port">): string {
  return `${settings.host}:${settings.port}`;
}

/** Opens a connection, waiting for a server that starts or wakes; what can never succeed fails at once. */
export async function connect(
  settings: PostgresSettings,
  deadline: number,
  as: ConnectAs = {},
): Promise<OpenConnection> {
  const place = address(settings);
  for (;;) {
    const isBare = bare.has(place);
    try {
      const timeoutMs = Math.min(ATTEMPT_MS, Math.max(deadline - Date.now(), 1));
      const opened = await attempt(settings, timeoutMs, { ...as, bare: isBare });
      reached.set(place, opened.version);
      return opened;
    } catch (error) {
      const failure = error as ConnectFailure;
      if (isUnknownSetting(failure.code)) {
        if (isBare) throw failure;
        bare.add(place);
        continue;
      }
      if (!mayPass(failure, settings) || Date.now() + PAUSE_MS >= deadline) throw failure;
      await sleep(PAUSE_MS);
    }
  }
}

/** Why one attempt failed. `closed`: the socket went away, as it does when a server starts, stops or does not answer. */
export interface ConnectFailure extends Error {
  code?: string;
  closed: boolean;
}

function mayPass(failure: ConnectFailure, settings: PostgresSettings): boolean {
  if (failure.code === "ECONNREFUSED") return reached.has(address(settings));
  return failure.code === undefined ? failure.closed : isInterruption(failure.code);
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

async function attempt(
  settings: PostgresSettings,
  timeoutMs: number,
  as: ConnectAs & { bare: boolean },
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
  connectionParameters.options = startupOptions(own, as.bare ? {} : settingsOf(settings, as)) || undefined;
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

function settingsOf(settings: PostgresSettings, { reader }: ConnectAs): Record<string, string> {
  if (reader) return readerStartupSettings(settings);
  return startupSettings(reached.get(address(settings)) ?? 0, settings);
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
