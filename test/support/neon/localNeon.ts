import type { PostgresServer, PostgresVersion } from "../postgres/servers";
import type { Wire } from "../wire/recording";
import type { ApiFaults } from "./api/faults";
import type { Operations } from "./api/operations";
import type { Project } from "./api/project";
import type { RecordedRequest } from "./api/server";
import type { Compute } from "./compute";

export interface LocalNeonOptions {
  /** @default 17 */
  version?: PostgresVersion;
  /** @default one of its own */
  projectId?: string;
  /** @default false */
  logicalReplication?: boolean;
  /** The IP Allow list; empty means open to everybody. */
  allowedIps?: string[];
  protectedBranchesOnly?: boolean;
  /** Whether the branch is a protected one. */
  protectedBranch?: boolean;
  /** How long an operation stays scheduled and then running. @default 25 */
  operationStateMs?: number;
  /** What a start from idle takes beside Postgres' own start. @default 0 */
  coldStartMs?: number;
  /** For how long nobody may use the compute before it stops. @default for ever */
  suspendAfterMs?: number;
  /** @default true */
  storePasswords?: boolean;
  postgresSettings?: Record<string, string>;
}

/** A small Neon: one project with one branch, its compute, the proxy in front of it and the API. */
export interface LocalNeon {
  apiUrl: string;
  apiKey: string;
  projectId: string;
  branchId: string;
  endpointId: string;
  host: "127.0.0.1";
  /** Of the proxy that clients connect to. */
  port: number;
  database: string;
  owner: { user: string; password: string };
  /** Through the proxy, as the owner. */
  connectionUri: string;
  /** What the provider is configured with. */
  config: Record<string, string>;
  /** Past the proxy's rules and counters, as the superuser; it wakes an idle compute. */
  superuserUri: string;
  uri(options: { user: string; password: string; database?: string }): string;
  server: PostgresServer;
  compute: Compute;
  /** What the control plane knows; a test may change it, as an outside writer would. */
  project: Project;
  operations: Operations;
  requests: RecordedRequest[];
  /** What goes wrong with requests to the API. */
  faults: ApiFaults;
  /** Counts, slows and cuts the connections of clients. */
  wire: Wire;
  stop(): Promise<void>;
}
