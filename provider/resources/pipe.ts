import * as pulumi from "@pulumi/pulumi";
import type { TableName, TableSpec } from "./clickPipesGrants";

/** All that a reader needs, and nothing of the admin's. */
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
 * The settings of a ClickPipe, by their names in ClickHouse's API. Of a pipe that exists only `syncIntervalSeconds` and
 * `pullBatchSize` can be changed; another value of the rest makes a new pipe (Terraform provider clickhouse 3.25.3).
 */
export interface ClickPipeSettings {
  /** First load and changes, first load alone, or changes alone. */
  replicationMode: "cdc" | "snapshot" | "cdc_only";
  publicationName: string;
  /** Only with `cdc_only`; with `cdc` ClickPipes makes its own slot, and fails where there is one. */
  replicationSlotName?: string;
  /** Seconds between two loads of changes, 1 or more. */
  syncIntervalSeconds?: number;
  /** Rows in one load of changes, 1 or more. */
  pullBatchSize?: number;
  allowNullableColumns?: boolean;
  /** Connections that load one table at once; ClickPipes' default is 4. */
  initialLoadParallelism?: number;
  /** Rows that one of them loads in one go; ClickPipes' default is 100,000. */
  snapshotNumRowsPerPartition?: number;
  /** Tables loaded at once; ClickPipes' default is 1. It multiplies with `initialLoadParallelism`. */
  snapshotNumberOfParallelTables?: number;
  /** Postgres 17, and only without a slot name. */
  enableFailoverSlots?: boolean;
  deleteOnMerge?: boolean;
}

/** Which table of the source becomes which table in ClickHouse. A mapping cannot be changed, only removed and added. */
export interface TableMapping {
  sourceSchemaName: string;
  sourceTable: string;
  /** Once in a pipe. */
  targetTable: string;
  /** Columns that are not replicated; to take one in later, the table has to be resynced. */
  excludedColumns?: string[];
  useCustomSortingKey?: boolean;
  sortingKeys?: string[];
  tableEngine?: "MergeTree" | "ReplacingMergeTree" | "Null";
  /** Needed for a parallel first load before Postgres 14. */
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

/** What `postgresSource` says of the pipe beside the connection. */
export interface PipeArgs {
  /**
   * {@link ClickPipeSettings}, all of them optional; `publicationName` is not yours to give.
   * @defaultValue `{ replicationMode: "cdc" }`
   */
  settings?: { [K in keyof Omit<ClickPipeSettings, "publicationName">]?: pulumi.Input<ClickPipeSettings[K]> };
  /**
   * The name of a table in ClickHouse. Give it where a table of the same name may join later: ClickPipes cannot rename the target
   * of a table that it replicates already.
   * @defaultValue the table's name, and `schema_table` where two schemas would clash
   */
  targetTable?: (table: TableName) => string;
  /**
   * The mappings as the pipe takes them, in place of those made from the scope.
   * @defaultValue the listed tables; what is published, where the scope is schemas or all tables
   */
  tableMappings?: pulumi.Input<pulumi.Input<TableMapping>[]>;
}

/** The columns that a list of columns leaves out: ClickPipes asks for those, Postgres for the others. */
export interface ExcludedColumns extends TableName {
  columns: string[];
}

type ResolvedSpec = pulumi.Unwrap<TableSpec>;

/** The mappings of listed tables: known at once, unless the publication may leave out columns of them. */
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

/** The table's name; with its schema where two would be the same, or where another one with its schema is called so. */
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

/** Two tables in one of ClickHouse would overwrite each other's rows; ClickPipes refuses them, but only later. */
export function withoutClashes(mappings: TableMapping[]): TableMapping[] {
  const taken = new Map<string, TableMapping>();
  for (const mapping of mappings) {
    const other = taken.get(mapping.targetTable);
    if (other) {
      const [one, two] = [other, mapping].map((table) => `${table.sourceSchemaName}.${table.sourceTable}`);
      throw new pulumi.RunError(
        `${one} and ${two} would both become the table ${mapping.targetTable} of ClickHouse: give \`pipe.targetTable\` or \`pipe.tableMappings\``,
      );
    }
    taken.set(mapping.targetTable, mapping);
  }
  return mappings;
}
