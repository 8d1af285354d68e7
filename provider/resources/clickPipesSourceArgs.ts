import type * as pulumi from "@pulumi/pulumi";
import type { ClickPipesGrantsArgs, TableSpec } from "./clickPipesGrants";
import type { ClickPipesUser, ClickPipesUserArgs } from "./clickPipesUser";
import type { ClickPipesRegion, IpAllowlist, IpAllowlistArgs } from "./ipAllowlist";
import type { LogicalReplication, LogicalReplicationArgs } from "./logicalReplication";
import type { PipeArgs } from "./pipe";
import type { Publication } from "./publication";
import type { PublicationArgs } from "./publicationArgs";
import type { SourceReadinessArgs } from "./sourceReadiness";

export interface ClickPipesSourceArgs {
  /** A Neon project: its id, or a resource such as `@pulumi/neon`'s Project. Without it, only the SQL parts are created. */
  project?: pulumi.Input<string> | pulumi.CustomResource | undefined;
  /**
   * The tables to replicate. Give at least one of `tables`, `schemas` and `allTables`, here or in `publication`. Grants and
   * publication get the same scope.
   */
  tables?: pulumi.Input<pulumi.Input<TableSpec>[]> | undefined;
  /** Every table of these schemas, including future ones. */
  schemas?: pulumi.Input<pulumi.Input<string>[]> | undefined;
  /** Every table of the database, including future ones. Never the default. */
  allTables?: pulumi.Input<boolean> | undefined;
  /** Cloud and region of the ClickHouse service. Without it, the IP Allow list is not changed. */
  clickPipesRegion?: pulumi.Input<ClickPipesRegion> | undefined;
  /**
   * Consents to one restart of every compute of the project, if logical replication is off.
   * @defaultValue false
   */
  allowRestart?: pulumi.Input<boolean> | undefined;
  /**
   * Adopts user and publication if they exist. Delete then leaves them in place.
   * @defaultValue false
   */
  adopt?: pulumi.Input<boolean> | undefined;
  /** Settings of the pipe, for `postgresSource`. */
  pipe?: PipeArgs | undefined;
  /**
   * Extra arguments for the ClickPipesUser, or an existing one to reuse. Databases of one project share role, setting and
   * list.
   */
  user?: ClickPipesUserArgs | ClickPipesUser | undefined;
  /** Extra arguments for the ClickPipesGrants. `false` leaves it out. */
  grants?: Partial<ClickPipesGrantsArgs> | false | undefined;
  /** Extra arguments for the Publication, or an existing one to reuse. */
  publication?: Partial<PublicationArgs> | Publication | undefined;
  /** Extra arguments for the LogicalReplication, or an existing one to reuse. `false` leaves it out. */
  logicalReplication?: Partial<LogicalReplicationArgs> | LogicalReplication | false | undefined;
  /** Extra arguments for the IpAllowlist, or an existing one to reuse. `false` leaves it out. */
  ipAllowlist?: Partial<IpAllowlistArgs> | IpAllowlist | false | undefined;
  /** Extra arguments for the SourceReadiness. `false` leaves it out. */
  readiness?: Partial<SourceReadinessArgs> | false | undefined;
}
