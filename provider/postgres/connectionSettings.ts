import type { ChannelBindingMode } from "./channelBinding";

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

export function address(settings: Pick<PostgresSettings, "host" | "port">): string {
  return `${settings.host}:${settings.port}`;
}

