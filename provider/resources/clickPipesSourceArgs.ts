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
  project?: pulumi.Input<string> | pulumi.CustomResource;
  /**
   * The tables to replicate. Give at least one of `tables`, `schemas` and `allTables`, here or in `publication`. Grants and
   * publication get the same scope.
   */
  tables?: pulumi.Input<pulumi.Input<TableSpec>[]>;
  /** Every table of these schemas, including future ones. */
  schemas?: pulumi.Input<pulumi.Input<string>[]>;
  /** Every table of the database, including future ones. Never the default. */
  allTables?: pulumi.Input<boolean>;
  /** Cloud and region of the ClickHouse service. Without it, the IP Allow list is not changed. */
  clickPipesRegion?: pulumi.Input<ClickPipesRegion>;
  /**
   * Consents to one restart of every compute of the project, if logical replication is off.
   * @defaultValue false
   */
  allowRestart?: pulumi.Input<boolean>;
  /**
   * Adopts user and publication if they exist. Delete then leaves them in place.
   * @defaultValue false
   */
  adopt?: pulumi.Input<boolean>;
  /** Settings of the pipe, for `postgresSource`. */
  pipe?: PipeArgs;
  /**
   * Extra arguments for the ClickPipesUser, or an existing one to reuse. Databases of one project share role, setting and
   * list.
   */
  user?: ClickPipesUserArgs | ClickPipesUser;
  /** Extra arguments for the ClickPipesGrants. `false` leaves it out. */
  grants?: Partial<ClickPipesGrantsArgs> | false;
  /** Extra arguments for the Publication, or an existing one to reuse. */
  publication?: Partial<PublicationArgs> | Publication;
  /** Extra arguments for the LogicalReplication, or an existing one to reuse. `false` leaves it out. */
  logicalReplication?: Partial<LogicalReplicationArgs> | LogicalReplication | false;
  /** Extra arguments for the IpAllowlist, or an existing one to reuse. `false` leaves it out. */
  ipAllowlist?: Partial<IpAllowlistArgs> | IpAllowlist | false;
  /** Extra arguments for the SourceReadiness. `false` leaves it out. */
  readiness?: Partial<SourceReadinessArgs> | false;
}
