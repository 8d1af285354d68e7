import type * as pulumi from "@pulumi/pulumi";
import { ARGUMENT_NAMES } from "../lifecycle/argumentNames";
import { READINESS_DEFAULTS } from "../lifecycle/defaults";
import type { MappedTable, ReadinessCheck } from "../readiness/check";
import type { Target } from "./clickPipesUser";
import { DynamicResource, isInstanceOf, properties } from "./dynamicResource";

export interface SourceReadinessArgs {
  /**
   * The role that ClickPipes logs in as.
   * @change checked again
   */
  role: pulumi.Input<string>;
  /**
   * Its password; secret.
   * @change checked again
   */
  password: pulumi.Input<string>;
  /**
   * The publication that ClickPipes reads.
   * @change checked again
   */
  publication: pulumi.Input<string>;
  /**
   * The tables that the pipe will replicate, each with the columns that it leaves out.
   * @defaultValue what is published
   * @change checked again
   */
  tables?: pulumi.Input<
    pulumi.Input<
      | string
      | {
          schema: pulumi.Input<string>;
          name: pulumi.Input<string>;
          excludedColumns?: pulumi.Input<pulumi.Input<string>[]>;
        }
    >[]
  >;
  /**
   * As the pipe will have it. `snapshot` needs no replication, so those checks are left out.
   * @defaultValue `cdc`
   * @change checked again
   */
  replicationMode?: pulumi.Input<"cdc" | "snapshot" | "cdc_only">;
  /**
   * The slot that the pipe shall use: with `cdc_only` it must exist, with `cdc` it must not.
   * @change checked again
   */
  replicationSlotName?: pulumi.Input<string>;
  /**
   * `error`: a blocked check fails the `pulumi up`; `warn`: it only warns.
   * @defaultValue `error`
   * @change checked again
   */
  onFailure?: pulumi.Input<"error" | "warn">;
  /**
   * Accepts published tables whose UPDATE or DELETE fails in the application: a warning then. Tables of the pipe that
   * identify no rows stay blocked, since ClickPipes refuses them. `ClickPipesSource` hands on what its `publication` is given,
   * unless that is an existing resource.
   * @defaultValue false
   * @change checked again
   */
  allowUnsafeTables?: pulumi.Input<boolean>;
  /**
   * Anything whose change shall have the source checked again.
   * @change checked again
   */
  // biome-ignore lint/suspicious/noExplicitAny: whatever a program has at hand, compared and never read.
  triggers?: pulumi.Input<any[]>;
}

/**
 * Says beforehand what ClickPipes would say of this source, and what it would not: over one connection of the admin, and
 * two of the ClickPipes user, one of them for replication. It makes nothing and changes nothing. Checked again on refresh
 * and whenever an argument changes. It has 15 seconds for its answers, as ClickPipes gives a source, waking a compute included.
 *
 * Make the pipe depend on it: ClickPipes takes a bad source for a success, and fails later. `npx pulumi-neon-clickpipes check`
 * gives the same report from a shell.
 *
 * @example
 * ```ts
 * const { name: role, password } = user;
 * new clickpipes.SourceReadiness("orders", { role, password, publication: publication.name }, { provider: source });
 * ```
 *
 * @remarks
 * ### The checks
 *
 * | Check | Blocked, or with a warning (w), where |
 * | --- | --- |
 * | `version` | Postgres is older than 12; w: a minor version with a known bug of logical decoding |
 * | `primary` | the host is a read replica |
 * | `role`, `login`, `connect` | the role is missing, may not log in, has expired, its password is refused, or it has no CONNECT |
 * | `connectionLimit` | w: fewer than 3 connections allowed |
 * | `timeouts` | w: `transaction_timeout` (17 or later) or `idle_session_timeout` would end a long first load |
 * | `walLevel` | `wal_level` is not `logical` |
 * | `replicationRole`, `replicationConnection` | no REPLICATION of its own; IDENTIFY_SYSTEM fails over a replication connection |
 * | `walSenders`, `slots` | none is free; fine where the pipe's own slot exists |
 * | `slotName`, `lostSlots` | the named slot does not fit the mode; w: a slot has lost its WAL |
 * | `openTransactions`, `preparedTransactions` | w: making a slot would wait for them, of whatever database they are |
 * | `tables`, `tablesExist`, `tableNames`, `tableKinds`, `partitions` | nothing to replicate; missing; a dot in a name; a view or unlogged table; a partition beside its parent |
 * | `usage`, `select` | rights are missing |
 * | `columnsLeft`, `excludedColumns` | all columns are excluded; w: an excluded column does not exist |
 * | `identity` | no usable primary key or other replica identity; w: with `snapshot`, no primary key |
 * | `rowSecurity` | row-level security may hide rows |
 * | `generatedKey`, `generatedColumns` | a generated column in the key; w: generated columns are NULL after each change |
 * | `publication`, `published` | the publication is missing, pgoutput would read its name as another, or a table is not in it |
 * | `operations`, `filters` | w: INSERT, UPDATE or DELETE is not published; w: a row filter |
 * | `viaRoot`, `columns` | partitioned tables come as partitions; columns are neither published nor excluded |
 * | `applicationWrites`, `futurePartitions` | UPDATE or DELETE fails in the application (w with `allowUnsafeTables`); w: it will in partitions to come |
 *
 * Each has a `fix`: the statement or setting that turns it green. The rules are those of ClickPipes' engine, PeerDB, as its source
 * had them in August 2026, in SQL of our own, and what its checks do not see.
 *
 * ### Refresh and delete
 *
 * A refresh never fails on a blocked report: it is `drift`, and the next `pulumi up` checks again (with `onFailure: "warn"`, where
 * the last one had not warned of it yet). What comes and goes by itself,
 * `openTransactions`, stays as the last `up` found it, until it is over. Delete does nothing.
 *
 * ### Errors and their cure
 *
 * | The message says | What to do |
 * | --- | --- |
 * | ClickPipes would not accept this source | Run the statement below each line, then `pulumi up`; or `onFailure: "warn"`. |
 * | gave no answer within 15 s | The host is silent, or takes longer to wake than ClickPipes waits: try again, and look at its suspend setting. |
 */
export class SourceReadiness extends DynamicResource {
  declare readonly role: pulumi.Output<string>;
  /** Always secret. */
  declare readonly password: pulumi.Output<string>;
  declare readonly publication: pulumi.Output<string>;
  declare readonly tables: pulumi.Output<(string | MappedTable)[] | undefined>;
  declare readonly replicationMode: pulumi.Output<"cdc" | "snapshot" | "cdc_only">;
  declare readonly replicationSlotName: pulumi.Output<string | undefined>;
  declare readonly onFailure: pulumi.Output<"error" | "warn">;
  declare readonly allowUnsafeTables: pulumi.Output<boolean | undefined>;
  declare readonly triggers: pulumi.Output<unknown[] | undefined>;
  /** One line a check, in a fixed order: what was found, and what mends it. */
  declare readonly report: pulumi.Output<ReadinessCheck[]>;
  declare readonly target: pulumi.Output<Target>;

  constructor(name: string, args: SourceReadinessArgs, opts: pulumi.CustomResourceOptions = {}) {
    const defaults = opts.id === undefined ? READINESS_DEFAULTS : {};
    super("SourceReadiness", name, properties(args, OUTPUTS, defaults, ["password"]), ["password"], opts);
  }

  /** One that exists, read and not managed; `state` names role, password and publication. A missing one is an error. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: object,
    opts?: pulumi.CustomResourceOptions,
  ): SourceReadiness {
    return new SourceReadiness(name, (state ?? {}) as SourceReadinessArgs, { ...opts, id });
  }

  /** Also of one that another copy of this package made. */
  static override isInstance(value: unknown): value is SourceReadiness {
    return isInstanceOf(value, "SourceReadiness");
  }
}

const OUTPUTS = [...ARGUMENT_NAMES.SourceReadiness, "report", "target"];
