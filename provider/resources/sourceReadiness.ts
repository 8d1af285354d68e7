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
   * The password of `role`. Secret.
   * @change checked again
   */
  password: pulumi.Input<string>;
  /**
   * The publication that ClickPipes reads.
   * @change checked again
   */
  publication: pulumi.Input<string>;
  /**
   * The tables that the pipe will replicate, each with the columns that it excludes and, where the key does not decide it, how
   * ClickHouse orders it: `sortingKeys`, or another `tableEngine` than `ReplacingMergeTree`.
   * @defaultValue all published tables
   * @change checked again
   */
  tables?:
    | pulumi.Input<
        pulumi.Input<
          | string
          | {
              schema: pulumi.Input<string>;
              name: pulumi.Input<string>;
              excludedColumns?: pulumi.Input<pulumi.Input<string>[]>;
              sortingKeys?: pulumi.Input<pulumi.Input<string>[]>;
              tableEngine?: pulumi.Input<"MergeTree" | "ReplacingMergeTree" | "Null">;
            }
        >[]
      >
    | undefined;
  /**
   * The replication mode of the pipe. `snapshot` needs no replication, so it skips those checks.
   * @defaultValue `cdc`
   * @change checked again
   */
  replicationMode?: pulumi.Input<"cdc" | "snapshot" | "cdc_only"> | undefined;
  /**
   * The slot that the pipe will use. With `cdc_only` it must exist, with `cdc` it must not.
   * @change checked again
   */
  replicationSlotName?: pulumi.Input<string> | undefined;
  /**
   * What a blocked check does: `error` fails the `pulumi up`, `warn` only warns.
   * @defaultValue `error`
   * @change checked again
   */
  onFailure?: pulumi.Input<"error" | "warn"> | undefined;
  /**
   * Accepts published tables whose UPDATE or DELETE fails in the application: the check then only warns. Tables in the pipe without
   * a usable replica identity stay blocked, because ClickPipes rejects them. `ClickPipesSource` passes on what you set in its
   * `publication`, unless that is an existing resource.
   * @defaultValue false
   * @change checked again
   */
  allowUnsafeTables?: pulumi.Input<boolean> | undefined;
  /**
   * Any values. A change to one of them checks the source again.
   * @change checked again
   */
  // biome-ignore lint/suspicious/noExplicitAny: any values of a program, compared and never read.
  triggers?: pulumi.Input<any[]> | undefined;
}

/**
 * Checks whether a Postgres database is ready to be a ClickPipes source. It reports what ClickPipes would reject, and problems that
 * ClickPipes does not check. It creates nothing and changes nothing: it opens one connection as the admin and two as the ClickPipes
 * user, one of them for replication. It checks again on refresh and whenever an argument changes. All answers have to arrive within
 * 15 seconds, the time that ClickPipes gives a source. That includes starting a suspended compute.
 *
 * Make the pipe depend on this resource: ClickPipes accepts a bad source without an error, and fails later.
 * `npx pulumi-neon-clickpipes check` prints the same report in a shell.
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
 * | Check | Blocked (or, after "w:", a warning) if |
 * | --- | --- |
 * | `version` | Postgres is older than 12; w: a minor version with a known bug of logical decoding |
 * | `primary` | the host is a read replica (a snapshot can read one) |
 * | `role`, `login`, `connect` | the role does not exist, is not permitted to log in, or lacks CONNECT; its password has expired or is refused |
 * | `connectionLimit` | the role is limited to 1 connection, or none; w: to 2 |
 * | `actingRole`, `catalogs` | w: a setting makes the role's sessions act as another role; it may not read a catalog that ClickPipes reads |
 * | `timeouts` | w: `transaction_timeout` (17 or later) or `idle_session_timeout` would cut off a long initial load |
 * | `walLevel` | `wal_level` is not `logical` |
 * | `replicationRole`, `replicationConnection` | the role lacks REPLICATION; IDENTIFY_SYSTEM fails over a replication connection |
 * | `walSenders`, `slots` | none is free (this is fine once the pipe has its own slot) |
 * | `slotName`, `leftoverSlots`, `lostSlots` | the named slot does not fit the mode (w: with `cdc_only`, it does not exist yet); w: no one reads a slot of a pipe; w: a slot has lost its WAL |
 * | `openTransactions`, `preparedTransactions` | w: creating a slot would wait for them, in any database |
 * | `tables`, `tablesExist`, `tableNames`, `tableKinds`, `partitions` | there is nothing to replicate; a table does not exist, has a dot in its name or schema, is a view or unlogged, or is a partition whose parent is published |
 * | `usage`, `select` | the role lacks a privilege on a table, or on a partition or child that the initial load reads by itself; w: that partition is empty, or the pipe is already running, so that only a resync would fail |
 * | `columnsLeft`, `excludedColumns` | there is no column, or all are excluded; w: an excluded column does not exist |
 * | `identity` | a table has no usable primary key or other replica identity; with `snapshot`, it has no key, and its mapping no order of its own |
 * | `keys` | the whole key is excluded (w: if the mapping has `sortingKeys`); w: part of it is, so that rows become one |
 * | `rowSecurity` | row-level security may hide rows, also those of a partition |
 * | `arrival` | changes to children by inheritance do not arrive: they are not published, or also in the pipe, or children of children |
 * | `childColumns` | w: a child by inheritance has columns of its own |
 * | `generatedKey`, `generatedColumns` | the key contains a generated column; w: later changes set generated columns to NULL |
 * | `publication`, `published` | the publication does not exist, pgoutput would look it up under another name, or a table is not in it |
 * | `operations`, `filters` | w: INSERT, UPDATE or DELETE is not published; w: a table has a row filter |
 * | `viaRoot`, `columns` | changes to partitioned tables arrive under the names of their partitions (w: of one level, in a publication of all tables, which ClickPipes follows); a column is neither published nor excluded |
 * | `applicationWrites`, `futurePartitions` | UPDATE or DELETE fails in the application (w with `allowUnsafeTables`); w: it will fail in future partitions |
 *
 * Each line has a `fix`: the statement or setting that turns it green. The rules are those of PeerDB, the engine of ClickPipes, as of
 * its source in August 2026, rewritten in SQL, and some that PeerDB does not check. In the login of the ClickPipes user, every relation
 * is also read, without returning rows. Where that and the catalogs differ, the attempt counts. It waits for no lock: a table that
 * another session has locked is unknown, and the line says who holds the lock.
 *
 * The report was compared with PeerDB's own verdict on 206 sources. It misses nothing there, and is stricter in one case, on purpose: a
 * policy that shows all rows only by the meaning of its expression, such as `USING (id IS NOT NULL OR true)`, counts as hiding rows,
 * since no one can tell that from the catalogs. An open transaction, which delays a new slot, is a warning, since it ends by itself.
 *
 * ### Refresh and delete
 *
 * A refresh never fails on a blocked check. It lists the check under `drift`, and the next `pulumi up` checks again. With
 * `onFailure: "warn"`, it lists only what the last `pulumi up` did not warn about. Open transactions and idle slots come and go, so
 * `openTransactions` and `leftoverSlots` stay as the last `pulumi up` found them until they are gone. Delete does nothing.
 *
 * ### Errors and fixes
 *
 * | The message says | What to do |
 * | --- | --- |
 * | ClickPipes would not accept this source | Run the fix below each line, then `pulumi up`. Or set `onFailure: "warn"`. |
 * | gave no answer within | The host does not answer, or its compute takes longer to start than ClickPipes waits. Try again, and check the suspend setting. |
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
  /** One line per check, in a fixed order: what was found, and how to fix it. */
  declare readonly report: pulumi.Output<ReadinessCheck[]>;
  declare readonly target: pulumi.Output<Target>;

  constructor(name: string, args: SourceReadinessArgs, opts: pulumi.CustomResourceOptions = {}) {
    const defaults = opts.id === undefined ? READINESS_DEFAULTS : {};
    super("SourceReadiness", name, properties(args, OUTPUTS, defaults, ["password"]), ["password"], opts);
  }

  /** Reports on a source without managing it. `state` has to give `role`, `password` and `publication`, or it fails. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: object,
    opts?: pulumi.CustomResourceOptions,
  ): SourceReadiness {
    return new SourceReadiness(name, (state ?? {}) as SourceReadinessArgs, { ...opts, id });
  }

  /** Also true for an instance from another copy of this package. */
  static override isInstance(value: unknown): value is SourceReadiness {
    return isInstanceOf(value, "SourceReadiness");
  }
}

const OUTPUTS = [...ARGUMENT_NAMES.SourceReadiness, "report", "target"];
