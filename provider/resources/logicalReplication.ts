import type * as pulumi from "@pulumi/pulumi";
import { ARGUMENT_NAMES } from "../lifecycle/argumentNames";
import { DynamicResource, isInstanceOf, properties } from "./dynamicResource";
import { warnOfNeonProject } from "./neonProject";

export interface LogicalReplicationArgs {
  /**
   * Id of the Neon project, such as `quiet-river-123456`.
   * @change replaces the resource, which touches neither project
   */
  projectId: pulumi.Input<string>;
  /**
   * Consents to restart every compute of the project, once, when the setting is off. That cuts open connections, and Neon has
   * no way back.
   * @defaultValue false
   * @change in the state alone, where the setting is on already
   */
  allowRestart?: pulumi.Input<boolean>;
}

/**
 * Logical replication in a Neon project: on, for ever. Already on, nothing is written and nothing restarts. Off, it is refused
 * without `allowRestart`, naming the computes that are active. Needs Neon's API key, and Postgres to prove it: the resource is
 * done once the server itself says `wal_level = logical`.
 *
 * @example
 * ```ts
 * new clickpipes.LogicalReplication("app", { projectId: project.id, allowRestart: true }, { provider: source });
 * ```
 *
 * @remarks
 * ### What is sent
 *
 * ```
 * GET   /projects/{id}                 already on: that is all
 * GET   /projects/{id}/endpoints       the connection's host must be one of them
 * PATCH /projects/{id}                 {"project": {"settings": {"enable_logical_replication": true}}}
 * GET   /projects/{id}/operations/…    until they have ended, up to 5 minutes
 * ```
 *
 * Before the PATCH it connects, to see whether it gets in, and to the right project's read-write endpoint. After it, it
 * connects again until the server says `logical`, up to `connectTimeout`. In this process the restart waits for running
 * transactions and holds new ones back. Every ten seconds a line says what is being waited for.
 *
 * The setting is Neon's `enable_logical_replication` (OpenAPI document in npm `@neondatabase/api-client` 2.7.3): "Once enabled,
 * logical replication cannot be disabled."
 *
 * ### Beside `@pulumi/neon`
 *
 * A `Project` of that package keeps the same setting. Where the program does not say `enableLogicalReplication: "yes"` there,
 * versions up to 0.13 replace the whole project once it is on, data and all, and later ones try in vain to turn it off. A preview
 * warns of such a project where `projectId` comes from it. On a project that exists, up to 0.13 the "yes" alone replaces it too: add
 * it together with `ignoreChanges: ["enableLogicalReplication"]` and `protect: true`.
 *
 * ### Delete
 *
 * Leaves the setting on, and says so.
 *
 * ### Errors and their cure
 *
 * | The message says | What to do |
 * | --- | --- |
 * | Consent with `allowRestart: true` | Choose a moment when a restart does no harm, set it, run `pulumi up`. |
 * | is no endpoint of project | The connection and `projectId` belong to different projects: correct one of them. Nothing was changed. |
 * | says that it belongs to Neon project | The same, said by the server itself. |
 * | has logical replication on, but | The host is another project's, or its compute has not restarted since: restart it in Neon's console. |
 * | This was after the restart | The setting is on, and the compute does not let us in yet: run `pulumi up` again, which restarts nothing more. |
 * | the API key is not valid | Correct `neonApiKey`. |
 * | there is no such project, or the API key cannot see it | Correct `projectId`, or take a key of that organization. |
 * | Look at the project's operations in Neon's console | Neon did not finish within its time: run `pulumi up` again when it has. |
 */
export class LogicalReplication extends DynamicResource {
  declare readonly projectId: pulumi.Output<string>;
  declare readonly allowRestart: pulumi.Output<boolean | undefined>;
  /** `wal_level` as the server says it: `logical`. */
  declare readonly walLevel: pulumi.Output<string>;
  /** `max_wal_senders` as the server says it; 10 on Neon. */
  declare readonly maxWalSenders: pulumi.Output<number>;
  /** `max_replication_slots` as the server says it; 10 on Neon. */
  declare readonly maxReplicationSlots: pulumi.Output<number>;

  constructor(name: string, args: LogicalReplicationArgs, opts: pulumi.CustomResourceOptions = {}) {
    super("LogicalReplication", name, properties(args, OUTPUTS), [], opts);
    warnOfNeonProject(this, args.projectId);
  }

  /** One that exists, read and not managed; `id` is the project's. A missing one is an error. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: object,
    opts?: pulumi.CustomResourceOptions,
  ): LogicalReplication {
    return new LogicalReplication(name, (state ?? {}) as LogicalReplicationArgs, { ...opts, id });
  }

  /** Also of one that another copy of this package made. */
  static override isInstance(value: unknown): value is LogicalReplication {
    return isInstanceOf(value, "LogicalReplication");
  }
}

const OUTPUTS = [...ARGUMENT_NAMES.LogicalReplication, "walLevel", "maxWalSenders", "maxReplicationSlots"];
