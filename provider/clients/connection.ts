import { readFileSync } from "node:fs";
import { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { ConnectionOptions } from "node:tls";
import { Client, type ClientConfig } from "pg";
import { isInterruption } from "../sqlstate";

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
  channelBinding?: boolean;
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
  /** Major version, as the server announces it while connecting. */
  version: number;
}

const ATTEMPT_MS = 15_000;
const PAUSE_MS = 500;

/** Hosts this process has reached before: only there may a refused connection mean a restart. */
const reached = new Set<string>();

export function expectRestart(settings: PostgresSettings): void {
  reached.add(address(settings));
}

export function address(settings: Pick<PostgresSettings, "host" | "port">): string {
  return `${settings.host}:${settings.port}`;
}

/** Opens a connection, waiting for a server that starts or wakes; what can never succeed fails at once. */
export async function connect(
  settings: PostgresSettings,
  deadline: number,
  replication?: "database",
): Promise<OpenConnection> {
  for (;;) {
    try {
      const timeoutMs = Math.min(ATTEMPT_MS, Math.max(deadline - Date.now(), 1));
      const opened = await attempt(settings, timeoutMs, replication);
      reached.add(address(settings));
      return opened;
    } catch (error) {
      const failure = error as ConnectFailure;
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

function connectFailure(error: unknown, closed: boolean): ConnectFailure {
  // Node tries every address of a name and wraps the failures in an AggregateError whose own message is empty.
  if (error instanceof AggregateError && error.errors.length > 0) return connectFailure(error.errors[0], closed);
  return Object.assign(error instanceof Error ? error : new Error(String(error)), { closed });
}

interface WithConnection {
  connection: {
    on(event: "parameterStatus", listener: (status: { parameterName: string; parameterValue: string }) => void): void;
  };
}

async function attempt(
  settings: PostgresSettings,
  timeoutMs: number,
  replication?: "database",
): Promise<OpenConnection> {
  const socket = new Socket();
  const config = { ...clientConfig(settings), stream: () => socket, connectionTimeoutMillis: timeoutMs, replication };
  const client = new Client(config as ClientConfig);
  let version = 0;
  (client as unknown as WithConnection).connection.on("parameterStatus", (status) => {
    if (status.parameterName === "server_version") version = Number.parseInt(status.parameterValue, 10);
  });
  // Without a listener, an error after the connection is made would end the process.
  client.on("error", () => {});
  try {
    await client.connect();
  } catch (error) {
    const closed = socket.destroyed;
    socket.destroy();
    throw connectFailure(error, closed);
  }
  return { client, socket, version };
}

function clientConfig(settings: PostgresSettings): ClientConfig & { pipeline: boolean } {
  const { host, port, database, user, options } = settings;
  return {
    host,
    port,
    database,
    user,
    // As a function: an empty string would make pg take PGPASSWORD from the environment, another source's value.
    password: () => settings.password ?? "",
    ssl: tls(settings),
    pipeline: true,
    application_name: "pulumi-neon-clickpipes",
    statement_timeout: settings.statementTimeout * 1000,
    idle_in_transaction_session_timeout: settings.statementTimeout * 1000,
    keepAlive: true,
    ...(settings.channelBinding && { enableChannelBinding: true }),
    ...(options !== undefined && { options }),
  };
}

function tls(settings: PostgresSettings): ConnectionOptions | false {
  if (settings.sslmode === "disable") return false;
  const ca =
    settings.sslrootcert === undefined || settings.sslrootcert === "system"
      ? undefined
      : certificate(settings.sslrootcert);
  if (settings.sslmode === "require" && ca === undefined) return { rejectUnauthorized: false };
  // libpq checks the chain under "require" too where a root certificate is given.
  if (settings.sslmode !== "verify-full") return { ...(ca && { ca }), checkServerIdentity: () => undefined };
  return { ...(ca && { ca }) };
}

function certificate(pathOrText: string): string {
  return pathOrText.startsWith("-----BEGIN") ? pathOrText : readFileSync(pathOrText, "utf8");
}
