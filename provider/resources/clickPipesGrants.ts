import * as pulumi from "@pulumi/pulumi";
import type { Uncovered } from "../grants/uncovered";
import { ARGUMENT_NAMES } from "../lifecycle/argumentNames";
import { ClickPipesUser, type Target } from "./clickPipesUser";
import { DynamicResource, isInstanceOf, properties } from "./dynamicResource";
import { servedByPlugin } from "./served";

/**
 * A table, as `"schema.table"` or as `{ schema, name }`. The string has exactly one dot. Spell names as the Postgres catalog
 * does: no quotes, no case folding. If a name contains a dot, use `{ schema, name }`; ClickPipes cannot replicate such a table.
 */
export type TableSpec =
  | string
  | {
      schema: pulumi.Input<string>;
      name: pulumi.Input<string>;
      /** The columns to publish and to grant SELECT on, in any order. All columns by default. Publications: Postgres 15 or later. */
      columns?: pulumi.Input<pulumi.Input<string>[]>;
      /** A row filter, as in CREATE PUBLICATION … WHERE. Postgres 15 or later. Grants ignore it. */
      where?: pulumi.Input<string>;
    };

/** A table by its schema and name, spelled as in the catalog. */
export interface TableName {
  schema: string;
  name: string;
}

export interface ClickPipesGrantsArgs {
  /**
   * The role that receives the rights, usually `user.name`. It must exist.
   * @change in place: if the same role was renamed, nothing is sent; otherwise revoked from the old role and granted to the new one, in one transaction
   */
  role: pulumi.Input<string>;
  /**
   * Whole schemas: their tables, partitioned tables, views, materialized views and foreign tables, present and future. `"*"`
   * means every schema of the application; a schema that is created later shows at the next refresh. Objects of extensions, of
   * the system and of Neon's `cloud_admin` are left out. Partitions of their tables are covered in other schemas too. Set
   * `schemas`, `tables` or both; the grants cover everything in either.
   * @change in place, only the difference
   */
  schemas?: pulumi.Input<pulumi.Input<string>[] | "*"> | undefined;
  /**
   * Single tables or views, with USAGE on their schemas. With `columns`, SELECT on those columns only, and on the system column
   * `ctid`. A partitioned table includes all its partitions, in whatever schema. Tables that inherit from a listed one are not
   * included: list them too.
   * @change in place, only the difference
   */
  tables?: pulumi.Input<pulumi.Input<TableSpec>[]> | undefined;
  /**
   * Roles whose future tables in `schemas` are covered.
   * @defaultValue found in the database: owners of the schemas, owners of the relations in them, roles with CREATE on them, the admin, and login roles that inherit from any of these; a login role that may not connect to the database is left out
   * @change in place
   */
  objectOwners?: pulumi.Input<pulumi.Input<string>[]> | undefined;
}

/**
 * What the ClickPipes user may read: CONNECT on the database, USAGE on schemas, SELECT on their relations, and default
 * privileges for future tables, for each role that creates them. The grants are additive: rights that others granted are never
 * touched. Every change is in place. Delete revokes exactly what was granted. If a table cannot be granted, the rest still is:
 * the table is listed in `uncovered`, and a warning names it.
 *
 * @example
 * ```ts
 * new clickpipes.ClickPipesGrants(
 *   "clickpipes",
 *   { role: user.name, schemas: ["shop"], tables: [{ schema: "public", name: "orders", columns: ["id", "total"] }] },
 *   { provider: source },
 * );
 * ```
 *
 * @remarks
 * ### What is sent
 *
 * ```sql
 * -- create and change, in one transaction: only what is missing, in a few statements for any number of tables
 * GRANT CONNECT ON DATABASE app TO clickpipes_user;
 * GRANT USAGE ON SCHEMA public, shop TO clickpipes_user;
 * GRANT SELECT ON shop.products, shop.items TO clickpipes_user;
 * GRANT SELECT (id, total, ctid) ON public.orders TO clickpipes_user;
 * ALTER DEFAULT PRIVILEGES FOR ROLE app, migrator IN SCHEMA shop GRANT SELECT ON TABLES TO clickpipes_user;
 * COMMENT ON ROLE clickpipes_user IS '…';        -- a note of what these grants cover, if the admin may write it
 * -- if only an owner may grant: SET LOCAL ROLE owner; …; SET LOCAL ROLE TO DEFAULT;
 * -- change and delete: the same with REVOKE, grantor by grantor
 * -- more than 1,000 default privileges are revoked in several transactions, each of which can be repeated
 * ```
 *
 * Everything is read back in the same transaction: if Postgres only warns about a GRANT (01007), nothing was granted, and the
 * object is listed in `uncovered`. Default privileges on tables cover future views too. A view runs as its owner, so it bypasses
 * row-level security.
 *
 * Default privileges belong to the role that creates the tables, so Postgres refuses to drop that role while they exist. Before
 * your application's `DROP ROLE migrator`, run this for each schema:
 *
 * ```sql
 * ALTER DEFAULT PRIVILEGES FOR ROLE migrator IN SCHEMA shop REVOKE SELECT ON TABLES FROM clickpipes_user;
 * ```
 *
 * ### Partitions, inheritance and `ctid`
 *
 * ClickPipes' first load reads each partition by itself, in ranges of the system column `ctid`. SELECT on the partitioned table
 * isn't enough for that. These grants therefore cover the partitions of a table that have no partitions of their own: SELECT on
 * each, USAGE on its schema, and nothing else in that schema. With `columns`, they cover the same columns and `ctid`.
 *
 * A partition that is created or attached later has no SELECT until the next refresh and `pulumi up`. Until then, a running pipe
 * gets its changes under the name of the partitioned table, but a resync fails. To grant later partitions from the start, either
 * list their schema in `schemas`, or set default privileges on it yourself. Run this as the role that creates the partitions:
 *
 * ```sql
 * GRANT USAGE ON SCHEMA parts TO clickpipes_user;
 * ALTER DEFAULT PRIVILEGES FOR ROLE migrator IN SCHEMA parts GRANT SELECT ON TABLES TO clickpipes_user;
 * ```
 *
 * A table that inherits from another one without being its partition is a table in its own right, so it is never granted unless
 * you list it or its schema. The first load of the parent fails without it: a warning names such tables.
 *
 * ### An interrupted create
 *
 * The note in the role's comment says what was granted. If a run was killed before Pulumi could write its state, the next create
 * finds that note. It takes the grants over, and revokes what the arguments no longer ask for. The preview and the update print
 * that. If `role` was changed after the killed run, the old role is left unchanged and a warning names it.
 *
 * ### What a refresh finds
 *
 * These are listed under `drift`:
 *
 * - a right that was lost
 * - a new table, or a role that now creates tables, that is not covered
 * - new partitions that are not covered, and former ones that the role can still read: one sentence for each partitioned table
 * - a table whose row-level security hides rows
 * - a role's comment without the note of these grants, or with the note of another create of them
 *
 * The next `pulumi up` grants what can be granted, revokes what former partitions had, and prints the statement for the rest. If a schema, table or column was
 * dropped, the diff shows its name. If it was renamed or moved, the refresh finds it by its OID and the diff shows the new name.
 * Use the new name in the program, and no right is lost or left behind.
 *
 * ### Delete
 *
 * Revokes what was granted, on partitions that were detached since too. The role keeps what it held before, what other roles granted, and what other `ClickPipesGrants` for
 * the same role still ask for. If the note in the role's comment belongs to a later create of the same resource, nothing is
 * revoked and a warning names the role.
 *
 * ### Errors and fixes
 *
 * | The message says | What to do |
 * | --- | --- |
 * | does not exist on the server of database | Create the role first, or correct `role`. |
 * | not in database | A schema, table, column or owner in the arguments does not exist. Create it, or remove it from the arguments. Nothing was granted. |
 * | has granted rights to other roles | The role passed on SELECT, USAGE or CONNECT, so Postgres revokes both or neither. Run the REVOKE … CASCADE from the message, then run the command again. To let the other roles keep their access, run the GRANT from the message after that. |
 * | has lost the note of these grants | On delete, the role's comment was replaced. Run `pulumi refresh` and `pulumi up`, then delete again. |
 * | but did not carry it out | On delete, Postgres did not revoke the right of another grantor. Run REVOKE as that role, then delete again. |
 */
export class ClickPipesGrants extends DynamicResource {
  declare readonly role: pulumi.Output<string>;
  declare readonly schemas: pulumi.Output<string[] | "*" | undefined>;
  declare readonly tables: pulumi.Output<TableSpec[] | undefined>;
  declare readonly objectOwners: pulumi.Output<string[] | undefined>;
  /** How many relations of the scope the role can read, whichever right lets it. */
  declare readonly grantedTables: pulumi.Output<number>;
  /** What could not be granted, why, and the statement that an admin can run. */
  declare readonly uncovered: pulumi.Output<Uncovered[]>;
  declare readonly target: pulumi.Output<Target>;

  constructor(name: string, args: ClickPipesGrantsArgs, opts: pulumi.CustomResourceOptions = {}) {
    const announced = opts.id === undefined && !servedByPlugin() ? isRoleOfUser(args.role) : undefined;
    super("ClickPipesGrants", name, { ...properties(args, OUTPUTS), announced }, [], opts);
  }

  /** Reads existing grants without managing them. `id` is the role's name, `state` gives the scope. A missing role is an error. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: object,
    opts?: pulumi.CustomResourceOptions,
  ): ClickPipesGrants {
    return new ClickPipesGrants(name, (state ?? {}) as ClickPipesGrantsArgs, { ...opts, id });
  }

  /** Also true for an instance made by another copy of this package. */
  static override isInstance(value: unknown): value is ClickPipesGrants {
    return isInstanceOf(value, "ClickPipesGrants");
  }
}

const OUTPUTS = [...ARGUMENT_NAMES.ClickPipesGrants, "grantedTables", "uncovered", "target"];

/**
 * Whether a ClickPipesUser of this program makes the role. Another provider's process would otherwise warn in a preview that the role
 * does not exist yet.
 */
async function isRoleOfUser(role: pulumi.Input<string>): Promise<true | undefined> {
  if (!pulumi.Output.isInstance(role)) return undefined;
  const resources = await (role as pulumi.Output<string> & Partial<OutputOfResources>).allResources?.();
  return [...(resources ?? [])].some((one) => ClickPipesUser.isInstance(one)) || undefined;
}

/** What the types of Pulumi leave out. */
interface OutputOfResources {
  allResources(): Promise<Set<pulumi.Resource>>;
}
