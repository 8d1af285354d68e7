import type * as pulumi from "@pulumi/pulumi";
import type { Uncovered } from "../grants/uncovered";
import { ARGUMENT_NAMES } from "../lifecycle/argumentNames";
import type { Target } from "./clickPipesUser";
import { DynamicResource, isInstanceOf, properties } from "./dynamicResource";

/**
 * A table: `"schema.table"` with exactly one dot, spelled as the catalog has it (no quotes, no folding), or its parts. Names
 * with dots take the parts; ClickPipes cannot replicate those.
 */
export type TableSpec =
  | string
  | {
      schema: pulumi.Input<string>;
      name: pulumi.Input<string>;
      /** The columns to publish and to grant SELECT on, in any order; all of them where left out. Postgres 15 for a publication. */
      columns?: pulumi.Input<pulumi.Input<string>[]>;
      /** A row filter, as in CREATE PUBLICATION … WHERE (Postgres 15); grants take no notice of it. */
      where?: pulumi.Input<string>;
    };

/** A table by its two names, as the catalog has them. */
export interface TableName {
  schema: string;
  name: string;
}

export interface ClickPipesGrantsArgs {
  /**
   * The role that receives the rights, usually `user.name`. It must exist.
   * @change in place: nothing is sent where the same role bears a new name; else taken from the old role and given to the new one, in one transaction
   */
  role: pulumi.Input<string>;
  /**
   * Schemas, whole: tables, partitioned tables, views, materialized views and foreign tables, present and future. `"*"` is
   * every schema of the application; one that is made later shows at the next refresh. Objects of extensions, of the system and
   * of Neon's `cloud_admin` are left out. This or `tables`, or both: a union.
   * @change in place, only the difference
   */
  schemas?: pulumi.Input<pulumi.Input<string>[] | "*">;
  /**
   * Single tables or views, with USAGE on their schemas; with `columns`, SELECT on those alone.
   * @change in place, only the difference
   */
  tables?: pulumi.Input<pulumi.Input<TableSpec>[]>;
  /**
   * Roles whose future tables in `schemas` are covered.
   * @defaultValue found in the database: the schemas' owners, the owners of what is there, whoever has CREATE, the admin, and login roles that inherit from these
   * @change in place
   */
  objectOwners?: pulumi.Input<pulumi.Input<string>[]>;
}

/**
 * What the ClickPipes user may read: CONNECT on the database, USAGE on schemas, SELECT on what they hold, and default
 * privileges for what will be created there, for each role that creates. Additive: rights of others are never touched. Every
 * change is in place; delete takes back exactly what was given. One table that may not be granted does not hold up the rest:
 * it stands in `uncovered`, and in a warning.
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
 * -- create and change, in one transaction; only what is missing, and few statements however many tables
 * GRANT CONNECT ON DATABASE app TO clickpipes_user;
 * GRANT USAGE ON SCHEMA public, shop TO clickpipes_user;
 * GRANT SELECT ON shop.products, shop.items TO clickpipes_user;
 * GRANT SELECT (id, total) ON public.orders TO clickpipes_user;
 * ALTER DEFAULT PRIVILEGES FOR ROLE app, migrator IN SCHEMA shop GRANT SELECT ON TABLES TO clickpipes_user;
 * COMMENT ON ROLE clickpipes_user IS '…';        -- a note of what these grants cover, where the admin may write it
 * -- where only an owner's role may grant: SET LOCAL ROLE owner; …; SET LOCAL ROLE TO DEFAULT;
 * -- change and delete: the same with REVOKE, grantor by grantor
 * ```
 *
 * All is read back before the end: a GRANT that Postgres only warns of (01007) has granted nothing, and is told so. Default
 * privileges on tables cover future views too; a view runs as its owner and passes by row-level security.
 *
 * ### What a refresh finds
 *
 * A lost right, a new table or creator that is not covered, a table that hides rows by row-level security: sentences under
 * `drift`. The next `pulumi up` grants what can be granted, and names the statement for the rest. A schema, table or column
 * that was dropped shows by name. One that was renamed or moved is known by its OID, and shows under its new name: follow it
 * in the program, and no right is lost or left behind.
 *
 * ### Delete
 *
 * Takes back what was given; what was there before, what somebody else granted, and what other grants on the same role still
 * ask for, stays.
 *
 * ### Errors and their cure
 *
 * | The message says | What to do |
 * | --- | --- |
 * | does not exist on the server of database | Make the role first, or correct `role`. |
 * | not in database | A schema, table, column or owner of the list is not there. Create it, or take it out; nothing was granted. |
 * | without carrying it out | On delete, the REVOKE of another grantor's right: revoke it as that role, then destroy again. |
 */
export class ClickPipesGrants extends DynamicResource {
  declare readonly role: pulumi.Output<string>;
  declare readonly schemas: pulumi.Output<string[] | "*" | undefined>;
  declare readonly tables: pulumi.Output<TableSpec[] | undefined>;
  declare readonly objectOwners: pulumi.Output<string[] | undefined>;
  /** How many relations of the scope the role can read, by whatever right. */
  declare readonly grantedTables: pulumi.Output<number>;
  /** What could not be granted, why, and the statement with which an admin can. */
  declare readonly uncovered: pulumi.Output<Uncovered[]>;
  declare readonly target: pulumi.Output<Target>;

  constructor(name: string, args: ClickPipesGrantsArgs, opts: pulumi.CustomResourceOptions = {}) {
    super("ClickPipesGrants", name, properties(args, OUTPUTS), [], opts);
  }

  /** One that exists, read and not managed; `id` is the role's name, `state` names the scope. A missing one is an error. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: object,
    opts?: pulumi.CustomResourceOptions,
  ): ClickPipesGrants {
    return new ClickPipesGrants(name, (state ?? {}) as ClickPipesGrantsArgs, { ...opts, id });
  }

  /** Also of one that another copy of this package made. */
  static override isInstance(value: unknown): value is ClickPipesGrants {
    return isInstanceOf(value, "ClickPipesGrants");
  }
}

const OUTPUTS = [...ARGUMENT_NAMES.ClickPipesGrants, "grantedTables", "uncovered", "target"];
