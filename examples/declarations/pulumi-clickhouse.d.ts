// The parts of `@pulumi/clickhouse` that the examples use, as the real bridge generates them (clickhouse/clickhouse 3.25.3).
// They stand in for it here, where it cannot be generated: `pulumi package add` needs hosts beyond the package registries.
declare module "@pulumi/clickhouse" {
  import type * as pulumi from "@pulumi/pulumi";

  export interface ClickpipeSourcePostgresCredentials {
    username: pulumi.Input<string>;
    password?: pulumi.Input<string | undefined>;
  }

  export interface ClickpipeSourcePostgresSettings {
    replicationMode: pulumi.Input<string>;
    publicationName?: pulumi.Input<string | undefined>;
    replicationSlotName?: pulumi.Input<string | undefined>;
    syncIntervalSeconds?: pulumi.Input<number | undefined>;
    pullBatchSize?: pulumi.Input<number | undefined>;
    allowNullableColumns?: pulumi.Input<boolean | undefined>;
    initialLoadParallelism?: pulumi.Input<number | undefined>;
    snapshotNumRowsPerPartition?: pulumi.Input<number | undefined>;
    snapshotNumberOfParallelTables?: pulumi.Input<number | undefined>;
    enableFailoverSlots?: pulumi.Input<boolean | undefined>;
    deleteOnMerge?: pulumi.Input<boolean | undefined>;
  }

  export interface ClickpipeSourcePostgresTableMapping {
    sourceSchemaName: pulumi.Input<string>;
    sourceTable: pulumi.Input<string>;
    targetTable: pulumi.Input<string>;
    excludedColumns?: pulumi.Input<pulumi.Input<string>[] | undefined>;
    useCustomSortingKey?: pulumi.Input<boolean | undefined>;
    sortingKeys?: pulumi.Input<pulumi.Input<string>[] | undefined>;
    tableEngine?: pulumi.Input<string | undefined>;
    partitionKey?: pulumi.Input<string | undefined>;
    partitionByExpr?: pulumi.Input<string | undefined>;
  }

  export interface ClickpipeSourcePostgres {
    type?: pulumi.Input<string | undefined>;
    host: pulumi.Input<string>;
    port?: pulumi.Input<number | undefined>;
    database: pulumi.Input<string>;
    authentication?: pulumi.Input<string | undefined>;
    tlsHost?: pulumi.Input<string | undefined>;
    caCertificate?: pulumi.Input<string | undefined>;
    credentials: pulumi.Input<ClickpipeSourcePostgresCredentials>;
    settings: pulumi.Input<ClickpipeSourcePostgresSettings>;
    tableMappings: pulumi.Input<pulumi.Input<ClickpipeSourcePostgresTableMapping>[]>;
  }

  export interface ClickpipeArgs {
    name?: pulumi.Input<string | undefined>;
    serviceId: pulumi.Input<string>;
    source: pulumi.Input<{ postgres?: pulumi.Input<ClickpipeSourcePostgres | undefined> }>;
    destination: pulumi.Input<{ database?: pulumi.Input<string | undefined> }>;
  }

  export class Clickpipe extends pulumi.CustomResource {
    constructor(name: string, args: ClickpipeArgs, opts?: pulumi.CustomResourceOptions);
    readonly state: pulumi.Output<string>;
  }
}
