import type * as pulumi from "@pulumi/pulumi";
import type { ClickPipesGrantsArgs, TableSpec } from "./clickPipesGrants";
import type { ClickPipesUser, ClickPipesUserArgs } from "./clickPipesUser";
import type { ClickPipesRegion, IpAllowlist, IpAllowlistArgs } from "./ipAllowlist";
import type { LogicalReplication, LogicalReplicationArgs } from "./logicalReplication";
import type { PipeArgs } from "./pipe";
import type { Publication, PublicationArgs } from "./publication";
import type { SourceReadinessArgs } from "./sourceReadiness";

export interface ClickPipesSourceArgs {
  /** A Neon project: its id, or a resource such as `@pulumi/neon`'s Project. Left out: the SQL part only. */
  project?: pulumi.Input<string> | pulumi.CustomResource;
  /**
   * What to replicate, table by table. At least one of this and the next two, here or in `publication`. The same scope goes to
   * grants and publication.
   */
  tables?: pulumi.Input<pulumi.Input<TableSpec>[]>;
  /** Every table of these schemas, present and future. */
  schemas?: pulumi.Input<pulumi.Input<string>[]>;
  /** Every table of the database, present and future; never by default. */
  allTables?: pulumi.Input<boolean>;
  /** Cloud and region of the ClickHouse service. Left out, the IP Allow list is left alone. */
  clickPipesRegion?: pulumi.Input<ClickPipesRegion>;
  /**
   * Consents to restart every compute of the project, once, when logical replication is off.
   * @defaultValue false
   */
  allowRestart?: pulumi.Input<boolean>;
  /**
   * Takes over user and publication where they exist, and leaves those standing on delete.
   * @defaultValue false
   */
  adopt?: pulumi.Input<boolean>;
  /** What the pipe shall be like, for `postgresSource`. */
  pipe?: PipeArgs;
  /** Further arguments of this part, or one that exists: databases of one project share role, setting and list. */
  user?: ClickPipesUserArgs | ClickPipesUser;
  /** Further arguments of this part; `false` leaves it out. */
  grants?: Partial<ClickPipesGrantsArgs> | false;
  /** Further arguments of this part, or one that exists. */
  publication?: Partial<PublicationArgs> | Publication;
  /** Further arguments of this part, or one that exists; `false` leaves it out. */
  logicalReplication?: Partial<LogicalReplicationArgs> | LogicalReplication | false;
  /** Further arguments of this part, or one that exists; `false` leaves it out. */
  ipAllowlist?: Partial<IpAllowlistArgs> | IpAllowlist | false;
  /** Further arguments of this part; `false` leaves it out. */
  readiness?: Partial<SourceReadinessArgs> | false;
}
