import type * as pulumi from "@pulumi/pulumi";
import { ARGUMENT_NAMES } from "../lifecycle/argumentNames";
import { DEFAULT_PUBLICATION, OPERATIONS } from "../lifecycle/defaults";
import type { TableName, TableSpec } from "./clickPipesGrants";
import type { Target } from "./clickPipesUser";
import { DynamicResource, isInstanceOf, properties } from "./dynamicResource";
import type { ExcludedColumns } from "./pipe";
import type { PublicationArgs, PublishOperation } from "./publicationArgs";

/**
 * Manages the publication that ClickPipes reads. Wherever Postgres can, it is changed in place: the OID stays the same, and only
 * the difference is sent. It is never replaced, renamed or dropped while a replication slot may read it. To replace or rename it,
 * you set `allowReplace`, since a running ClickPipe then needs a resync.
 *
 * A table is refused if publishing it would make the application's UPDATE or DELETE fail. It needs a primary key that is not
 * deferrable, or another replica identity (`ALTER TABLE … REPLICA IDENTITY`). With schemas and all tables, this applies to every
 * table they hold.
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
 * COMMENT ON PUBLICATION clickpipes_publication IS '…';      -- your comment, then the marker
 * -- a change: only the difference, in one transaction (two if tables move between the list and their schema)
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
 * The marker in the comment says which resource created or adopted the publication, and in which database. Create resumes what an
 * interrupted run of the same resource left, and changes it to the present arguments as an update would. Preview and `pulumi up`
 * warn about everything that is taken over, and name what that changes.
 *
 * If a table moves from the list to its schema, or back, it is published both ways while transactions are open that began before
 * the change. A reader then loses none of their changes. Afterwards it is published one way.
 *
 * ### What a refresh finds
 *
 * If the drift is in tables, schemas, columns, filters, operations, parameters, owner or comment, the diff shows that argument.
 * Everything else is listed under `drift`:
 *
 * - a table that was dropped, renamed, moved or partitioned in place
 * - a table that another one has taken the name of, as after a rebuild without downtime
 * - a schema that was renamed
 * - a database that was restored or moved, since replication slots do not move with it
 * - a table that has become unsafe
 * - a publication that was dropped and recreated outside this resource
 * - a comment that has lost this resource's marker, or carries that of another create or another resource
 *
 * A table is known by its name and its OID. If it was renamed, or moved, it is still published, with its columns and its row filter.
 * When your program follows, nothing is sent, and no resync is needed. If another table has the name now, its changes are not
 * published until the next `pulumi up`. The same goes for a schema.
 *
 * The next `pulumi up` fixes what is missing and warns: changes made in the meantime never reached ClickHouse, so the pipe needs a
 * resync for the tables it names. If no change was lost, there is no warning.
 * If the publication is gone and slots are left, it is not recreated silently: the refresh reports it first.
 *
 * ### Delete
 *
 * Delete waits up to `deleteTimeout` for slots to go away, then refuses. An active slot counts if its session names this
 * publication, or if that cannot be seen. An inactive slot always counts, since it does not say which publication it belongs to.
 * An adopted publication stays: what was added is removed, and what was changed is restored, including the marker of the resource
 * that it was adopted from.
 *
 * Delete drops only a publication that carries the token in the state. It leaves any other unchanged, and says so. If the comment
 * has lost the marker, it refuses: run `pulumi refresh` and `pulumi up` first.
 *
 * ### Errors and fixes
 *
 * | The message says | What to do |
 * | --- | --- |
 * | already exists and | It belongs to another user or another resource. Set `adopt: true`, or choose another `name`. If you renamed a resource of this stack in the program, use `aliases`. |
 * | a resource of this stack | Pass that resource as `publication` to the second source, or choose another `name`. `adopt` does not help. |
 * | has two owners in this program | Give one of the two another `name`, or share it. |
 * | now belongs to | Another stack adopted it. Remove this resource from its program, or the other one from its own, which gives the publication back. |
 * | has lost this resource's marker | Run `pulumi refresh` and `pulumi up`, then destroy again. |
 * | pgoutput would read | Use lower case, digits, `_` and `-` in the name. |
 * | publishing these tables would make the application's UPDATE or DELETE fail | Run the statement that the message gives for each table, or leave the table out. |
 * | A running ClickPipe looks up its publication | Stop the pipe, set `allowReplace: true`, run `pulumi up`, then resync the pipe. |
 * | Adopting it with this scope would take that away | List the rest too, or accept the narrower scope with `allowReplace: true`. |
 * | may still be read through | Delete the ClickPipe first, and drop a slot that no pipe will read again. Or set `allowLeftoverSlots: true`. |
 * | and only its owner can publish it | Make the admin a member of the owner, as the `GRANT` in the message does. Or connect as the owner. |
 * | which a publication cannot hold | Remove views, foreign, unlogged and temporary tables from the list. |
 * | not in database | Create what is named first, or remove it from the list. If the message says what it is called now, use that name. |
 * | had lost | Resync the pipe for the tables that the message names. |
 * | other tables inherit from | List the tables that the message names, and do not map them in the pipe. |
 * | Without publish_via_partition_root | Set `publishViaPartitionRoot: true`. |
 * | because the name has a backslash | Use lower case, digits, `_` and `-` in the name. |
 * | requires a superuser or, on Neon, a member of neon_superuser | List the tables instead. |
 * | Creating a publication requires CREATE on the database | Run the `GRANT CREATE ON DATABASE` in the message. |
 * | does not have the privileges of that role | The publication belongs to another role. Run the `GRANT` in the message. |
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
  /** OID of the publication. If it changes, the publication was recreated, and each pipe needs a resync. */
  declare readonly oid: pulumi.Output<number>;
  /**
   * What subscribers receive: every table of the publication, without tables of extensions in whole schemas. Partitioned tables have
   * their own name.
   */
  declare readonly publishedTables: pulumi.Output<TableName[]>;
  /** For each table with a column list, the columns that are not in it. */
  declare readonly excludedColumns: pulumi.Output<ExcludedColumns[]>;
  declare readonly target: pulumi.Output<Target>;

  constructor(name: string, args: PublicationArgs, opts: pulumi.CustomResourceOptions = {}) {
    const defaults = opts.id === undefined ? defaultsFor(args) : {};
    super("Publication", name, properties(args, OUTPUTS, defaults), [], opts);
  }

  /** Reads an existing publication without managing it. `id` is its name. It is an error if the publication does not exist. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: object,
    opts?: pulumi.CustomResourceOptions,
  ): Publication {
    return new Publication(name, (state ?? {}) as PublicationArgs, { ...opts, id });
  }

  /** Also true for an instance from another copy of this package. */
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
