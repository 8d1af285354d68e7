import type * as actual from "../../provider";
import type * as contract from "./contract";

/** Compiles only while what the package exports can stand wherever the contract's names are used. */
type Exported = Extends<typeof actual, typeof contract>;

/** What a program may pass in by the contract must be accepted. */
type Accepted = [
  Extends<contract.ProviderArgs, actual.ProviderArgs>,
  Extends<contract.ClickPipesUserArgs, actual.ClickPipesUserArgs>,
  Extends<contract.ClickPipesGrantsArgs, actual.ClickPipesGrantsArgs>,
  Extends<contract.PublicationArgs, actual.PublicationArgs>,
  Extends<contract.LogicalReplicationArgs, actual.LogicalReplicationArgs>,
  Extends<contract.IpAllowlistArgs, actual.IpAllowlistArgs>,
  Extends<contract.SourceReadinessArgs, actual.SourceReadinessArgs>,
  Extends<contract.PipeArgs, actual.PipeArgs>,
];

/** What a program gets out must be what the contract promises. */
type Promised = [
  Extends<actual.Target, contract.Target>,
  Extends<actual.Uncovered, contract.Uncovered>,
  Extends<actual.ReadinessCheck, contract.ReadinessCheck>,
  Extends<actual.Leaves<actual.ClickPipePostgresSource>, contract.Leaves<contract.ClickPipePostgresSource>>,
  Extends<actual.ClickPipePostgresSource, contract.ClickPipePostgresSource>,
  Extends<contract.ClickPipePostgresSource, actual.ClickPipePostgresSource>,
  Extends<actual.TableMapping, contract.TableMapping>,
  Extends<actual.TableName, contract.TableName>,
];

type Extends<Given, Wanted> = Given extends Wanted ? true : { missing: Wanted; in: Given };

export const checks: [Exported, ...Accepted, ...Promised] extends true[] ? true : [Exported, ...Accepted, ...Promised] =
  true;
