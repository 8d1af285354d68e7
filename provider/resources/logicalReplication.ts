import type * as pulumi from "@pulumi/pulumi";
import { ARGUMENT_NAMES } from "../lifecycle/argumentNames";
import { DynamicResource, isInstanceOf, properties } from "./dynamicResource";
import { warnOfNeonProject } from "./neonProject";

export interface LogicalReplicationArgs {
  /**
   * Id of the Neon project, such as `quiet-river-123456`.
   * @change replaces the resource, which changes neither project
   */
  projectId: pulumi.Input<string>;
  /**
   * Allows one restart of every compute of the project, if the setting is off. The restart cuts open connections, and Neon cannot
   * turn the setting off again.
   * @defaultValue false
   * @change in the state only, if the setting is on already
   */
  allowRestart?: pulumi.Input<boolean> | undefined;
}

/**
 * Turns logical replication on in a Neon project, permanently. If it is on already, nothing is written and nothing restarts. If it is
 * off, this resource refuses to turn it on unless you set `allowRestart`, and lists the active computes. It needs Neon's API key, and
 * Postgres to prove the result: the resource is done once the server itself reports `wal_level = logical`.
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
 * GET   /projects/{id}                 if the setting is on already, nothing more is sent
 * GET   /projects/{id}/endpoints       the connection's host must be one of them
 * PATCH /projects/{id}                 {"project": {"settings": {"enable_logical_replication": true}}}
 * GET   /projects/{id}/operations/…    until they have ended, for up to 5 minutes
 * ```
 *
 * Before the PATCH, it connects to make sure that it can, and that the server is the read-write endpoint of the right project. After
 * the PATCH, it connects until the server reports `logical`, for up to `connectTimeout`. Within this process, the restart waits for
 * running transactions and holds new ones back. Every ten seconds, a line reports what it is waiting for.
 *
 * The setting is Neon's `enable_logical_replication` (OpenAPI document in npm `@neondatabase/api-client` 2.7.3): "Once enabled,
 * logical replication cannot be disabled."
 *
 * ### Next to `@pulumi/neon`
 *
 * A `Project` of that package manages the same setting. If your program does not set `enableLogicalReplication: "yes"` there, versions
 * up to 0.13 replace the whole project once the setting is on, including its data. Later versions try to turn it off, and fail. A
 * preview warns about such a project if `projectId` comes from it. On an existing project, versions up to 0.13 also replace the project
 * because of the "yes" alone: add it together with `ignoreChanges: ["enableLogicalReplication"]` and `protect: true`.
 *
 * ### Delete
 *
 * Delete leaves the setting on, and says so.
 *
 * ### Errors and fixes
 *
 * | The message says | What to do |
 * | --- | --- |
 * | To turn it on, set `allowRestart: true` | Choose a moment when a restart does no harm, set it, then run `pulumi up`. |
 * | is not an endpoint of project | The connection and `projectId` belong to different projects. Correct one of them. Nothing was changed. |
 * | reports that it belongs to Neon project | The same, as reported by the server itself. |
 * | has logical replication on, but | The host belongs to another project, or its compute has not restarted since. Correct the host, or restart the compute in Neon's console. |
 * | but connecting after the restart failed | The setting is on, but the compute does not accept connections yet. Run `pulumi up` again. It does not restart anything. |
 * | the API key is not valid | Correct `neonApiKey`. |
 * | there is no such project, or the API key cannot see it | Correct `projectId`, or use a key of that organization. |
 * | Check the project's operations in Neon's console | Neon did not finish in time, or reported an error. Run `pulumi up` again when the operations have ended. |
 * | If the project was deleted | Run `pulumi state delete <urn>`. |
 */
export class LogicalReplication extends DynamicResource {
  declare readonly projectId: pulumi.Output<string>;
  declare readonly allowRestart: pulumi.Output<boolean | undefined>;
  /** `wal_level`, as the server reports it: `logical`. */
  declare readonly walLevel: pulumi.Output<string>;
  /** `max_wal_senders`, as the server reports it: 10 on Neon. */
  declare readonly maxWalSenders: pulumi.Output<number>;
  /** `max_replication_slots`, as the server reports it: 10 on Neon. */
  declare readonly maxReplicationSlots: pulumi.Output<number>;

  constructor(name: string, args: LogicalReplicationArgs, opts: pulumi.CustomResourceOptions = {}) {
    super("LogicalReplication", name, properties(args, OUTPUTS), [], opts);
    warnOfNeonProject(this, args.projectId);
  }

  /** Reads the setting of an existing project without managing it. `id` is the project's id. A missing project is an error. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: object,
    opts?: pulumi.CustomResourceOptions,
  ): LogicalReplication {
    return new LogicalReplication(name, (state ?? {}) as LogicalReplicationArgs, { ...opts, id });
  }

  /** Also true for an instance from another copy of this package. */
  static override isInstance(value: unknown): value is LogicalReplication {
    return isInstanceOf(value, "LogicalReplication");
  }
}

const OUTPUTS = [...ARGUMENT_NAMES.LogicalReplication, "walLevel", "maxWalSenders", "maxReplicationSlots"];
