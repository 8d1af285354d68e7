import type * as pulumi from "@pulumi/pulumi";
import { DynamicResource, isInstanceOf, properties } from "./dynamicResource";

export interface LogicalReplicationArgs {
  projectId: pulumi.Input<string>;
  /** Consents to restart every compute of the project, once, when the setting is off. */
  allowRestart?: pulumi.Input<boolean>;
}

/**
 * Logical replication in a Neon project: on, for ever. Already on, nothing is written and nothing restarts. Another
 * `projectId` replaces the resource, which touches neither project; delete leaves the setting on.
 */
export class LogicalReplication extends DynamicResource {
  declare readonly projectId: pulumi.Output<string>;
  declare readonly allowRestart: pulumi.Output<boolean | undefined>;
  /** What the server says, once it says `logical`. */
  declare readonly walLevel: pulumi.Output<string>;
  declare readonly maxWalSenders: pulumi.Output<number>;
  declare readonly maxReplicationSlots: pulumi.Output<number>;

  constructor(name: string, args: LogicalReplicationArgs, opts: pulumi.CustomResourceOptions = {}) {
    super("LogicalReplication", name, properties(args, OUTPUTS), [], opts);
  }

  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: object,
    opts?: pulumi.CustomResourceOptions,
  ): LogicalReplication {
    return new LogicalReplication(name, (state ?? {}) as LogicalReplicationArgs, { ...opts, id });
  }

  static override isInstance(value: unknown): value is LogicalReplication {
    return isInstanceOf(value, "LogicalReplication");
  }
}

const OUTPUTS = ["projectId", "allowRestart", "walLevel", "maxWalSenders", "maxReplicationSlots"];
