export type { Uncovered } from "./grants/uncovered";
export type { MappedTable, ReadinessCheck } from "./readiness/check";
export {
  ClickPipesGrants,
  type ClickPipesGrantsArgs,
  type TableName,
  type TableSpec,
} from "./resources/clickPipesGrants";
export { ClickPipesSource } from "./resources/clickPipesSource";
export type { ClickPipesSourceArgs } from "./resources/clickPipesSourceArgs";
export { ClickPipesUser, type ClickPipesUserArgs, type Target } from "./resources/clickPipesUser";
export { type ClickPipesRegion, IpAllowlist, type IpAllowlistArgs, type KnownRegion } from "./resources/ipAllowlist";
export { LogicalReplication, type LogicalReplicationArgs } from "./resources/logicalReplication";
export type {
  ClickPipePostgresSource,
  ClickPipeSettings,
  Connection,
  ExcludedColumns,
  Leaves,
  PipeArgs,
  PostgresKind,
  TableMapping,
} from "./resources/pipe";
export { Provider, type ProviderArgs } from "./resources/provider";
export { Publication } from "./resources/publication";
export type { PublicationArgs, PublishOperation } from "./resources/publicationArgs";
export { SourceReadiness, type SourceReadinessArgs } from "./resources/sourceReadiness";
