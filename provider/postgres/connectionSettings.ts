import type { ChannelBindingMode } from "./channelBinding";

export type SslMode = "disable" | "require" | "verify-ca" | "verify-full";

/** The connection to the database. Times are in seconds. */
export interface PostgresSettings {
  host: string;
  port: number;
  database: string;
  user: string;
  password?: string;
  sslmode: SslMode;
  sslrootcert?: string;
  /** As `channel_binding` of libpq. Undefined means "prefer". */
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
