// What a pipe is told of a source: part of the frozen names of contract.d.ts.
import type * as pulumi from "@pulumi/pulumi";

export interface Connection {
  host: string;
  port: number;
  database: string;
  user: string;
  password: string;
  publication: string;
}
export interface ClickPipeSettings {
  replicationMode: "cdc" | "snapshot" | "cdc_only";
  publicationName: string;
  replicationSlotName?: string;
  syncIntervalSeconds?: number;
  pullBatchSize?: number;
  allowNullableColumns?: boolean;
  initialLoadParallelism?: number;
  snapshotNumRowsPerPartition?: number;
  snapshotNumberOfParallelTables?: number;
  enableFailoverSlots?: boolean;
  deleteOnMerge?: boolean;
}
export interface TableMapping {
  sourceSchemaName: string;
  sourceTable: string;
  targetTable: string;
  excludedColumns?: string[];
  useCustomSortingKey?: boolean;
  sortingKeys?: string[];
  tableEngine?: "MergeTree" | "ReplacingMergeTree" | "Null";
  partitionKey?: string;
  partitionByExpr?: string;
}
/** What `source.postgres` of `@pulumi/clickhouse`'s Clickpipe and of the ClickHouse Cloud API takes, as it stands. */
export interface ClickPipePostgresSource {
  type: string;
  host: string;
  port: number;
  database: string;
  credentials: { username: string; password: string };
  settings: ClickPipeSettings;
  tableMappings: TableMapping[];
}
/** A plain object with an Output at each leaf (a list is one leaf). */
export type Leaves<T> = [T] extends [readonly any[]]
  ? pulumi.Output<T>
  : [T] extends [object]
    ? { readonly [K in keyof T]: Leaves<T[K]> }
    : pulumi.Output<T>;
