import type * as pulumi from "@pulumi/pulumi";
import { ARGUMENT_NAMES } from "../lifecycle/argumentNames";
import { DEFAULT_PUBLICATION, OPERATIONS } from "../lifecycle/defaults";
import type { TableName, TableSpec } from "./clickPipesGrants";
import type { Target } from "./clickPipesUser";
import { DynamicResource, isInstanceOf, properties } from "./dynamicResource";
import type { ExcludedColumns } from "./pipe";

/** An operation of the application that a publication passes on. */
export type PublishOperation = "insert" | "update" | "delete" | "truncate";

export interface PublicationArgs {
  /**
   * Name of the publication. Without upper case, blanks, commas and double quotes: pgoutput would read those as another name,
   * which up to Postgres 17 fails and on 18 silently gives nothing.
   * @defaultValue `clickpipes_publication`
   * @change in place (RENAME), only with `allowReplace`: the pipe has to be made anew
   */
  name?: pulumi.Input<string>;
  /**
   * Every table of the database, present and future. Alone; else `tables` and/or `schemas`. It takes a superuser or, on Neon,
   * a member of `neon_superuser`. Discouraged: each table made without a primary key has its UPDATEs fail.
   * @defaultValue false
   * @change to or from a list: dropped and created in one transaction, only with `allowReplace`; the pipe has to be resynced
   */
  allTables?: pulumi.Input<boolean>;
  /**
   * The tables, with ONLY: children by inheritance are listed themselves, partitions belong to their parent. A listed table must
   * exist, be an ordinary or partitioned one, and belong to the admin or a role it is a member of. Columns and row filters take
   * Postgres 15, and must hold the replica identity. A filter's text is read with DateStyle `ISO, MDY` and TimeZone `UTC`, whatever
   * the database has set: write dates as YYYY-MM-DD, and times with their zone.
   * @change in place, the OID unchanged; untouched tables are not locked
   */
  tables?: pulumi.Input<pulumi.Input<TableSpec>[]>;
  /**
   * Every table of these schemas, present and future (Postgres 15). It takes a superuser or, on Neon, a member of
   * `neon_superuser`. Not together with `columns`. A table that passes from `tables` to its schema, or back, is published by both
   * until the transactions that are open have ended, since a reader would lose their changes; up waits for them as for a lock.
   * @change in place for a superuser, and where one is taken out; one that is added on Neon: dropped and created in one transaction, only with `allowReplace`, the pipe has to be resynced
   */
  schemas?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * The operations that are passed on. ClickPipes ignores TRUNCATE; without DELETE, rows stay in ClickHouse.
   * @defaultValue all four; adopted: as found
   * @change in place
   */
  publish?: pulumi.Input<pulumi.Input<PublishOperation>[]>;
  /**
   * Whether changes of partitions come under the name of their parent, which is how ClickPipes maps partitioned tables.
   * @defaultValue true; adopted: as found
   * @change in place
   */
  publishViaPartitionRoot?: pulumi.Input<boolean>;
  /**
   * Whether stored generated columns are passed on (Postgres 18).
   * @defaultValue `"none"`; adopted: as found
   * @change in place
   */
  publishGeneratedColumns?: pulumi.Input<"none" | "stored">;
  /**
   * The owner. The admin must have the rights of that role and be allowed to set it, and the role needs CREATE on the database.
   * @defaultValue the admin; adopted: as found
   * @change in place, after everything else
   */
  owner?: pulumi.Input<string>;
  /**
   * Your own part of the publication's COMMENT, before our mark; `""` takes it out.
   * @defaultValue as found
   * @change in place
   */
  comment?: pulumi.Input<string>;
  /**
   * Takes over a publication that exists; what the program does not mention stays as it is, and delete leaves it standing. A
   * narrower scope than what is there needs `allowReplace`. Where there is no such publication, one is made.
   * @defaultValue false
   * @change none by itself: it counts when the resource is created
   */
  adopt?: pulumi.Input<boolean>;
  /**
   * Drops an adopted publication on delete too. Read from the state: set it, run `pulumi up`, then destroy.
   * @defaultValue false
   * @change in the state alone
   */
  deleteAdopted?: pulumi.Input<boolean>;
  /**
   * Consents to a change that no running ClickPipe survives without a resync. Take it out again afterwards.
   * @defaultValue false
   * @change in the state alone
   */
  allowReplace?: pulumi.Input<boolean>;
  /**
   * Publishes tables whose UPDATE or DELETE then fails in the application.
   * @defaultValue false
   * @change in the state alone
   */
  allowUnsafeTables?: pulumi.Input<boolean>;
  /**
   * Drops, replaces or renames although replication slots are left that may read it. For a delete it is read from the state, as
   * `deleteAdopted`. No slot is ever dropped for you.
   * @defaultValue false
   * @change in the state alone
   */
  allowLeftoverSlots?: pulumi.Input<boolean>;
}

/**
 * The publication that ClickPipes reads. Changed in place wherever Postgres can, its OID unchanged, and only by the
 * difference; never replaced, renamed or dropped while a replication slot may read it, and replaced or renamed only with
 * `allowReplace`, since a running ClickPipe then has to be resynced.
 *
 * A table whose UPDATE or DELETE would then fail in the application is refused: it needs a primary key that is not deferrable,
 * or another replica identity (`ALTER TABLE … REPLICA IDENTITY`). Of schemas and all tables the same is asked of all they hold.
 *
 * @example
 * ```ts
 * new clickpipes.Publication(
 *   "clickpipes",
 *   { tables: ["public.orders", { schema: "public", name: "users", columns: ["id", "country"] }] },
 *   { provider: source },
 * );
 * ```
 *
 * @remarks
 * ### What is sent
 *
 * ```sql
 * -- create
 * CREATE PUBLICATION clickpipes_publication FOR TABLE ONLY public.orders, ONLY public.users (id, country)
 *   WITH (publish = 'insert, update, delete, truncate', publish_via_partition_root = true);
 * COMMENT ON PUBLICATION clickpipes_publication IS '…';      -- your comment, then our mark
 * -- a change, in one transaction (two, where tables pass between the list and their schema): only the difference
 * ALTER PUBLICATION clickpipes_publication DROP TABLE ONLY …;
 * ALTER PUBLICATION clickpipes_publication ADD TABLE ONLY …;
 * ALTER PUBLICATION clickpipes_publication ADD TABLES IN SCHEMA …;      -- or DROP
 * ALTER PUBLICATION clickpipes_publication SET (publish = '…');
 * ALTER PUBLICATION clickpipes_publication OWNER TO …;
 * -- with allowReplace: RENAME TO …, or DROP PUBLICATION and CREATE PUBLICATION in one transaction
 * -- delete
 * DROP PUBLICATION clickpipes_publication;
 * ```
 *
 * A table that passes from the list to its schema, or back, is published by both for as long as transactions are open that began
 * before, so that a reader loses none of their changes; then by one.
 *
 * ### What a refresh finds
 *
 * Tables, schemas, columns, filters, operations, parameters, owner and comment show as themselves. Under `drift` stand: a table
 * that was dropped, renamed or moved, a table that has become unsafe, a publication that somebody dropped and made again. The
 * next `pulumi up` puts it right, and warns: what changed meanwhile never reached ClickHouse, so the pipe has to be resynced.
 * A publication that is gone while slots are left is not quietly made again: the refresh says so first.
 *
 * ### Delete
 *
 * Waits up to `deleteTimeout` for slots to go, then refuses. A slot that is read counts if its session names this publication,
 * or cannot be seen; one that nobody reads always counts, since it does not say what it belongs to. An adopted publication
 * stays: what was added is taken out, what was changed is changed back.
 *
 * ### Errors and their cure
 *
 * | The message says | What to do |
 * | --- | --- |
 * | exists already | Somebody else's publication, or another resource's: `adopt: true`, or another `name`; `aliases`, where a resource of this stack was renamed in the program. |
 * | would be read as another name by pgoutput | Use lower case, digits, `_` and `-`. |
 * | these tables would have UPDATE or DELETE fail in the application | Run the statement that is named for each table, or leave the table out. |
 * | A running ClickPipe looks its publication up | Stop the pipe, set `allowReplace: true`, run `pulumi up`, resync the pipe. |
 * | adopting it with this scope would take that away | List those too, or consent with `allowReplace: true`. |
 * | may still be read: | Delete the ClickPipe first, and drop a slot that nobody will read again; or `allowLeftoverSlots: true`. |
 * | and only its owner may publish it | Make the admin a member of the table's owner, or connect as the owner. |
 * | which a publication cannot hold | Take views, foreign, unlogged and temporary tables out of the list. |
 * | not in database | Create what is named first, or take it out. |
 * | takes a superuser, or on Neon a member of neon_superuser | List the tables instead. |
 * | may not create publications in database | `GRANT CREATE ON DATABASE`, as the message has it. |
 * | does not have the rights of that role | The publication belongs to another role: the GRANT in the message. |
 */
export class Publication extends DynamicResource {
  declare readonly name: pulumi.Output<string>;
  declare readonly allTables: pulumi.Output<boolean | undefined>;
  declare readonly tables: pulumi.Output<TableSpec[] | undefined>;
  declare readonly schemas: pulumi.Output<string[] | undefined>;
  declare readonly publish: pulumi.Output<PublishOperation[] | undefined>;
  declare readonly publishViaPartitionRoot: pulumi.Output<boolean | undefined>;
  declare readonly publishGeneratedColumns: pulumi.Output<"none" | "stored" | undefined>;
  declare readonly owner: pulumi.Output<string | undefined>;
  declare readonly comment: pulumi.Output<string | undefined>;
  declare readonly adopt: pulumi.Output<boolean | undefined>;
  declare readonly deleteAdopted: pulumi.Output<boolean | undefined>;
  declare readonly allowReplace: pulumi.Output<boolean | undefined>;
  declare readonly allowUnsafeTables: pulumi.Output<boolean | undefined>;
  declare readonly allowLeftoverSlots: pulumi.Output<boolean | undefined>;
  /** OID of the publication. Another one means that it was made again, and a pipe has to be resynced. */
  declare readonly oid: pulumi.Output<number>;
  /** What subscribers get: every table of the publication, partitioned ones by their own name. */
  declare readonly publishedTables: pulumi.Output<TableName[]>;
  /** For each table with a list of columns, the columns that it leaves out. */
  declare readonly excludedColumns: pulumi.Output<ExcludedColumns[]>;
  declare readonly target: pulumi.Output<Target>;

  constructor(name: string, args: PublicationArgs, opts: pulumi.CustomResourceOptions = {}) {
    const defaults = opts.id === undefined ? defaultsFor(args) : {};
    super("Publication", name, properties(args, OUTPUTS, defaults), [], opts);
  }

  /** One that exists, read and not managed; `id` is the publication's name. A missing one is an error. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: object,
    opts?: pulumi.CustomResourceOptions,
  ): Publication {
    return new Publication(name, (state ?? {}) as PublicationArgs, { ...opts, id });
  }

  /** Also of one that another copy of this package made. */
  static override isInstance(value: unknown): value is Publication {
    return isInstanceOf(value, "Publication");
  }
}

const OUTPUTS = [...ARGUMENT_NAMES.Publication, "oid", "publishedTables", "excludedColumns", "target"];

/** An adopted publication keeps what the program does not mention. */
function defaultsFor(args: PublicationArgs): object {
  const name = DEFAULT_PUBLICATION;
  if (args.adopt !== undefined && args.adopt !== false) return { name };
  return { name, publish: OPERATIONS, publishViaPartitionRoot: true };
}
