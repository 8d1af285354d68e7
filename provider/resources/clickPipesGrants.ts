import type * as pulumi from "@pulumi/pulumi";
import type { Target } from "./clickPipesUser";
import { DynamicResource, isInstanceOf, properties } from "./dynamicResource";

/** "schema.table" (exactly one dot), or the parts. */
export type TableSpec =
  | string
  | {
      schema: pulumi.Input<string>;
      name: pulumi.Input<string>;
      columns?: pulumi.Input<pulumi.Input<string>[]>;
      /** A row filter, as in CREATE PUBLICATION … WHERE; grants take no notice of it. */
      where?: pulumi.Input<string>;
    };

export interface TableName {
  schema: string;
  name: string;
}

export interface Uncovered {
  object: string;
  kind: string;
  owner: string;
  reason: string;
  fix: string;
}

export interface ClickPipesGrantsArgs {
  /** The role that receives the rights, usually `user.name`. Another one is changed in place, in one transaction. */
  role: pulumi.Input<string>;
  /** Schemas, whole: tables, partitioned tables, views, materialized views, foreign tables, present and future. "*": every schema of the application. */
  schemas?: pulumi.Input<pulumi.Input<string>[] | "*">;
  /** Single tables, with USAGE on their schemas; with `columns`, SELECT on those alone. */
  tables?: pulumi.Input<pulumi.Input<TableSpec>[]>;
  /** Roles whose future tables are covered. Default: found in the database. */
  objectOwners?: pulumi.Input<pulumi.Input<string>[]>;
}

/**
 * What the ClickPipes user may read: CONNECT on the database, USAGE on schemas, SELECT on what they hold, and default
 * privileges for what will be created there, for each role that creates. Additive: rights of others are never touched.
 * Every change is in place; delete takes back exactly what was given. What the admin may not grant stands in `uncovered`.
 */
export class ClickPipesGrants extends DynamicResource {
  declare readonly role: pulumi.Output<string>;
  declare readonly schemas: pulumi.Output<string[] | "*" | undefined>;
  declare readonly tables: pulumi.Output<TableSpec[] | undefined>;
  declare readonly objectOwners: pulumi.Output<string[] | undefined>;
  /** How many relations the role can read in the scope. */
  declare readonly grantedTables: pulumi.Output<number>;
  /** What could not be granted, why, and the statement with which an admin can. */
  declare readonly uncovered: pulumi.Output<Uncovered[]>;
  declare readonly target: pulumi.Output<Target>;

  constructor(name: string, args: ClickPipesGrantsArgs, opts: pulumi.CustomResourceOptions = {}) {
    super("ClickPipesGrants", name, properties(args, OUTPUTS), [], opts);
  }

  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: object,
    opts?: pulumi.CustomResourceOptions,
  ): ClickPipesGrants {
    return new ClickPipesGrants(name, (state ?? {}) as ClickPipesGrantsArgs, { ...opts, id });
  }

  static override isInstance(value: unknown): value is ClickPipesGrants {
    return isInstanceOf(value, "ClickPipesGrants");
  }
}

const OUTPUTS = ["role", "schemas", "tables", "objectOwners", "grantedTables", "uncovered", "target"];
