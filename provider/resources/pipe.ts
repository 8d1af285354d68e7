import * as pulumi from "@pulumi/pulumi";
import type { TableName, TableSpec } from "./clickPipesGrants";

/** Everything that a reader needs, and nothing about the admin. */
export interface Connection {
  /** The direct host, never `-pooler`. */
  host: string;
  port: number;
  database: string;
  user: string;
  password: string;
  publication: string;
}

/**
 * The settings of a ClickPipe, named as in ClickHouse's API. On an existing pipe, only `syncIntervalSeconds` and `pullBatchSize` can
 * change in place. Changing any other one replaces the pipe (Terraform provider clickhouse 3.25.3).
 */
export interface ClickPipeSettings {
  /** The initial load and then changes, only the initial load, or only changes. */
  replicationMode: "cdc" | "snapshot" | "cdc_only";
  publicationName: string;
  /** Only with `cdc_only`. With `cdc`, ClickPipes creates its own slot, and fails if it already exists. */
  replicationSlotName?: string;
  /** Seconds between two syncs, at least 1. */
  syncIntervalSeconds?: number;
  /** Rows in one sync, at least 1. */
  pullBatchSize?: number;
  allowNullableColumns?: boolean;
  /** Parallel connections that load one table. ClickPipes' default is 4. */
  initialLoadParallelism?: number;
  /** Rows that one connection loads at a time. ClickPipes' default is 100,000. */
  snapshotNumRowsPerPartition?: number;
  /** Tables loaded in parallel, each with `initialLoadParallelism` connections. ClickPipes' default is 1. */
  snapshotNumberOfParallelTables?: number;
  /** Needs Postgres 17, and no `replicationSlotName`. */
  enableFailoverSlots?: boolean;
  deleteOnMerge?: boolean;
}

/** Maps a table of the source to a table in ClickHouse. A mapping cannot be changed, only removed and added again. */
export interface TableMapping {
  sourceSchemaName: string;
  sourceTable: string;
  /** Unique within the pipe. */
  targetTable: string;
  /** Columns that are not replicated. To include one later, resync the table. */
  excludedColumns?: string[];
  useCustomSortingKey?: boolean;
  sortingKeys?: string[];
  tableEngine?: "MergeTree" | "ReplacingMergeTree" | "Null";
  /** Needed for a parallel initial load before Postgres 14. */
  partitionKey?: string;
  partitionByExpr?: string;
}

/** The value of `source.postgres` in `@pulumi/clickhouse`'s Clickpipe and in the ClickHouse Cloud API. */
export interface ClickPipePostgresSource {
  type: string;
  host: string;
  port: number;
  database: string;
  credentials: { username: string; password: string };
  settings: ClickPipeSettings;
  tableMappings: TableMapping[];
}

/**
 * A plain object with an Output at each leaf (a list is one leaf), so that each value is unknown or secret on its own. What is not set
 * is absent, never an Output of `undefined`, which the SDKs of earlier Pulumi versions do not take.
 */
export type Leaves<T> = [T] extends [readonly unknown[]]
  ? pulumi.Output<T>
  : [T] extends [object]
    ? { readonly [K in keyof T]: Leaves<Exclude<T[K], undefined>> }
    : pulumi.Output<T>;

/** The kinds of Postgres that ClickPipes distinguishes (Terraform provider clickhouse 3.25.3). */
export type PostgresKind =
  | "alloydb"
  | "aurorapostgres"
  | "azurepostgres"
  | "cloudsqlpostgres"
  | "crunchybridge"
  | "neon"
  | "planetscale"
  | "postgres"
  | "rdspostgres"
  | "supabase"
  | "tigerdata";

/** The parts of `postgresSource` other than the connection. */
export interface PipeArgs {
  /**
   * What kind of Postgres it is, as ClickPipes names it: `postgres`, `neon`, `supabase`, `rdspostgres`, `aurorapostgres`,
   * `cloudsqlpostgres`, `azurepostgres`, `alloydb`, `planetscale`, `crunchybridge`, `tigerdata`, or a new one. With another kind than
   * `neon`, leave `project` out: logical replication and the allowed addresses are then up to you. A change replaces the pipe.
   * @defaultValue `neon`
   */
  type?: pulumi.Input<PostgresKind | (string & {})> | undefined;
  /**
   * {@link ClickPipeSettings}, all of them optional, without `publicationName`, which the component sets.
   * @defaultValue `{ replicationMode: "cdc" }`
   */
  settings?:
    | { [K in keyof Omit<ClickPipeSettings, "publicationName">]?: pulumi.Input<ClickPipeSettings[K]> }
    | undefined;
  /**
   * Names the ClickHouse table for a table of the source. Give it if a table of the same name in another schema may be added later,
   * since ClickPipes cannot rename the target of a table that it already replicates.
   * @defaultValue the table's name, or `schema_table` if two schemas would clash
   */
  targetTable?: ((table: TableName) => string) | undefined;
  /**
   * The mappings of the pipe, replacing those computed from the scope.
   * @defaultValue the listed tables, or what is published if the scope is schemas or all tables
   */
  tableMappings?: pulumi.Input<pulumi.Input<TableMapping>[]> | undefined;
}

/** The columns that a column list leaves out. ClickPipes lists the excluded columns, Postgres the included ones. */
export interface ExcludedColumns extends TableName {
  columns: string[];
}

type ResolvedSpec = pulumi.Unwrap<TableSpec>;

/** The mappings of listed tables. They are known at once, unless the publication may leave out columns. */
export function mapListed(
  tables: pulumi.Input<pulumi.Input<TableSpec>[]>,
  excluded: pulumi.Output<ExcludedColumns[]>,
  targetTable: PipeArgs["targetTable"],
  foreign: boolean,
): pulumi.Output<TableMapping[]> {
  return pulumi.output(tables).apply((list) => {
    const specs = list as ResolvedSpec[];
    const names = specs.map(nameOf);
    const narrowed = foreign || specs.some((spec) => typeof spec !== "string" && spec.columns !== undefined);
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
  const target = targetTable ?? shortestTargets(tables);
  const mappings = tables.map((table) => {
    const columns = excluded.find(({ schema, name }) => schema === table.schema && name === table.name)?.columns ?? [];
    return {
      sourceSchemaName: table.schema,
      sourceTable: table.name,
      targetTable: target(table),
      ...(columns.length > 0 && { excludedColumns: columns }),
    };
  });
  return withoutClashes(mappings);
}

/** The table's name. Prefixed with the schema if it equals another table's name, or another table's prefixed name. */
function shortestTargets(tables: TableName[]): (table: TableName) => string {
  const long = ({ schema, name }: TableName) => `${schema}_${name}`;
  const prefixed = new Set<TableName>();
  const target = (table: TableName) => (prefixed.has(table) ? long(table) : table.name);
  for (let before = -1; before < prefixed.size; ) {
    before = prefixed.size;
    const count = new Map<string, number>();
    for (const table of tables) count.set(target(table), (count.get(target(table)) ?? 0) + 1);
    for (const table of tables.filter((one) => (count.get(target(one)) ?? 0) > 1)) prefixed.add(table);
  }
  return target;
}

/** Two tables with one target would overwrite each other's rows. ClickPipes refuses that too, but only later. */
export function withoutClashes(mappings: TableMapping[]): TableMapping[] {
  const taken = new Map<string, TableMapping>();
  for (const mapping of mappings) {
    const other = taken.get(mapping.targetTable);
    if (other) {
      const [one, two] = [other, mapping].map((table) => `${table.sourceSchemaName}.${table.sourceTable}`);
      throw new pulumi.RunError(
        `${one} and ${two} would both become the table ${mapping.targetTable} in ClickHouse.\n` +
          "Give `pipe.targetTable` or `pipe.tableMappings`.",
      );
    }
    taken.set(mapping.targetTable, mapping);
  }
  return mappings;
}
