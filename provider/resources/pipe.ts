import * as pulumi from "@pulumi/pulumi";
import type { TableName, TableSpec } from "./clickPipesGrants";

/** All that a reader needs, and nothing of the admin's. */
export interface Connection {
  host: string;
  port: number;
  database: string;
  user: string;
  password: string;
  publication: string;
}

/** The settings of a ClickPipe, by their names in ClickHouse's API. Most can only be set when the pipe is made. */
export interface ClickPipeSettings {
  replicationMode: "cdc" | "snapshot" | "cdc_only";
  publicationName: string;
  /** Only with `cdc_only`; with `cdc` ClickPipes makes its own slot, and fails where there is one. */
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
  type: "neon";
  host: string;
  port: number;
  database: string;
  credentials: { username: string; password: string };
  settings: ClickPipeSettings;
  tableMappings: TableMapping[];
}

/** A plain object with an Output at each leaf (a list is one leaf), so that only what is unknown or secret is so. */
export type Leaves<T> = [T] extends [readonly unknown[]]
  ? pulumi.Output<T>
  : [T] extends [object]
    ? { readonly [K in keyof T]: Leaves<T[K]> }
    : pulumi.Output<T>;

export interface PipeArgs {
  settings?: { [K in keyof Omit<ClickPipeSettings, "publicationName">]?: pulumi.Input<ClickPipeSettings[K]> };
  /** Default: the table's name, and `schema_table` where two schemas would clash. */
  targetTable?: (table: TableName) => string;
  /** Default: the listed tables; what is published, where the scope is schemas or all tables. */
  tableMappings?: pulumi.Input<pulumi.Input<TableMapping>[]>;
}

/** The columns that a list of columns leaves out: ClickPipes asks for those, Postgres for the others. */
export interface ExcludedColumns extends TableName {
  columns: string[];
}

type ResolvedSpec = pulumi.Unwrap<TableSpec>;

/** The mappings of listed tables: known at once, unless one has a list of columns. */
export function mapListed(
  tables: pulumi.Input<pulumi.Input<TableSpec>[]>,
  excluded: pulumi.Output<ExcludedColumns[]>,
  targetTable: PipeArgs["targetTable"],
): pulumi.Output<TableMapping[]> {
  return pulumi.output(tables).apply((list) => {
    const specs = list as ResolvedSpec[];
    const names = specs.map(nameOf);
    const narrowed = specs.some((spec) => typeof spec !== "string" && spec.columns !== undefined);
    return narrowed
      ? excluded.apply((columns) => mapTables(names, columns, targetTable))
      : pulumi.output(mapTables(names, [], targetTable));
  }) as pulumi.Output<TableMapping[]>;
}

function nameOf(spec: ResolvedSpec): TableName {
  if (typeof spec !== "string") return { schema: spec.schema, name: spec.name };
  const dot = spec.indexOf(".");
  return { schema: spec.slice(0, dot), name: spec.slice(dot + 1) };
}

export function mapTables(
  tables: TableName[],
  excluded: ExcludedColumns[],
  targetTable: PipeArgs["targetTable"],
): TableMapping[] {
  const clashing = new Set(tables.map(({ name }) => name).filter((name, index, all) => all.indexOf(name) !== index));
  const target = targetTable ?? (({ schema, name }: TableName) => (clashing.has(name) ? `${schema}_${name}` : name));
  return tables.map((table) => {
    const columns = excluded.find(({ schema, name }) => schema === table.schema && name === table.name)?.columns ?? [];
    return {
      sourceSchemaName: table.schema,
      sourceTable: table.name,
      targetTable: target(table),
      ...(columns.length > 0 && { excludedColumns: columns }),
    };
  });
}
