import { appendFileSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { freePort } from "../freePort";
import { type PostgresVersion, postgresBinaries } from "./binaries";
import { type PostgresProcess, type ShutdownMode, startProcess } from "./process";
import { newDataDirectory, SUPERUSER } from "./template";

export { POSTGRES_VERSIONS, type PostgresVersion } from "./binaries";

export interface UriOptions {
  user?: string;
  password?: string;
  database?: string;
}

export interface PostgresServer {
  version: PostgresVersion;
  host: "127.0.0.1";
  port: number;
  dataDirectory: string;
  logFile: string;
  superuser: { user: "cloud_admin"; password: string };
  /** The superuser on database `postgres`, unless told otherwise. */
  uri(options?: UriOptions): string;
  /** Adds settings to the configuration, for the next start. */
  set(settings: Record<string, string>): void;
  /** Adds settings to the configuration and restarts. */
  configure(settings: Record<string, string>): Promise<void>;
  restart(mode?: ShutdownMode): Promise<void>;
  /** Ends the server and keeps its data, until `resume`. */
  pause(mode?: ShutdownMode): Promise<void>;
  resume(): Promise<void>;
  /** Ends the server and removes its data. */
  stop(): Promise<void>;
  log(): Promise<string>;
}

export interface PostgresOptions {
  version: PostgresVersion;
  settings?: Record<string, string>;
}

const BASE_SETTINGS = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  fsync: "off",
  password_encryption: "scram-sha-256",
  shared_buffers: "16MB",
  max_connections: "60",
  // Otherwise the 1 MB segments of the template would make checkpoints frequent.
  max_wal_size: "1GB",
  timezone: "UTC",
  log_timezone: "UTC",
};

export async function startPostgres({ version, settings }: PostgresOptions): Promise<PostgresServer> {
  const binaries = postgresBinaries(version);
  const dataDirectory = await newDataDirectory(binaries);
  const logFile = join(dataDirectory, "server.log");
  addSettings(dataDirectory, { ...BASE_SETTINGS, ...settings });

  const start = (port: number) => startProcess({ binaries, dataDirectory, logFile, port });
  const first = await onFreePort(start);
  const port = first.port;
  let running: PostgresProcess | undefined = first.process;

  const server: PostgresServer = {
    version,
    host: "127.0.0.1",
    port,
    dataDirectory,
    logFile,
    superuser: { ...SUPERUSER },
    uri({ user = SUPERUSER.user, password = SUPERUSER.password, database = "postgres" } = {}) {
      const [name, secret, path] = [user, password, database].map(encodeURIComponent);
      return `postgresql://${name}:${secret}@127.0.0.1:${port}/${path}?sslmode=disable`;
    },
    set: (added) => addSettings(dataDirectory, added),
    async configure(added) {
      server.set(added);
      await server.restart();
    },
    async restart(mode = "fast") {
      await server.pause(mode);
      await server.resume();
    },
    async pause(mode = "fast") {
      const ending = running;
      running = undefined;
      await ending?.stop(mode);
    },
    async resume() {
      running ??= await start(port);
    },
    async stop() {
      await server.pause("immediate");
      await rm(dirname(dataDirectory), { recursive: true, force: true });
    },
    log: () => readFile(logFile, "utf8"),
  };
  return server;
}

async function onFreePort(start: (port: number) => Promise<PostgresProcess>) {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    try {
      return { port, process: await start(port) };
    } catch (error) {
      if (attempt === 5 || !String(error).includes("could not bind")) throw error;
    }
  }
}

function addSettings(dataDirectory: string, settings: Record<string, string>): void {
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'\n`);
  appendFileSync(join(dataDirectory, "postgresql.auto.conf"), lines.join(""));
}
