import type * as pulumi from "@pulumi/pulumi";
import type { TableName, TableSpec } from "./clickPipesGrants";
import type { Target } from "./clickPipesUser";
import { DynamicResource, isInstanceOf, properties } from "./dynamicResource";
import type { ExcludedColumns } from "./pipe";

export const DEFAULT_PUBLICATION = "clickpipes_publication";

export type PublishOperation = "insert" | "update" | "delete" | "truncate";

export interface PublicationArgs {
  /** Default `clickpipes_publication`. Lower case, without blanks, commas and quotes. A rename needs `allowReplace`. */
  name?: pulumi.Input<string>;
  /** Every table of the database, present and future; alone, or `tables` and/or `schemas`. To or from a list needs `allowReplace`. */
  allTables?: pulumi.Input<boolean>;
  /** In place. Columns and row filters take Postgres 15. */
  tables?: pulumi.Input<pulumi.Input<TableSpec>[]>;
  /** Postgres 15. In place for a superuser; on Neon a change needs `allowReplace`. */
  schemas?: pulumi.Input<pulumi.Input<string>[]>;
  /** Default: all four. In place. */
  publish?: pulumi.Input<pulumi.Input<PublishOperation>[]>;
  /** Default true: ClickPipes maps partitioned tables by their own name. In place. */
  publishViaPartitionRoot?: pulumi.Input<boolean>;
  /** Postgres 18. In place. */
  publishGeneratedColumns?: pulumi.Input<"none" | "stored">;
  /** Default: the admin. In place. */
  owner?: pulumi.Input<string>;
  /** The user's own part of the publication's COMMENT. */
  comment?: pulumi.Input<string>;
  /** Takes over a publication that exists; what the program does not mention stays, and delete leaves it standing. */
  adopt?: pulumi.Input<boolean>;
  /** Drops an adopted publication on delete. Must be in the state before. */
  deleteAdopted?: pulumi.Input<boolean>;
  /** Consents to a change that no running ClickPipe survives without a resync. */
  allowReplace?: pulumi.Input<boolean>;
  /** Publishes tables whose UPDATE or DELETE then fails in the application. */
  allowUnsafeTables?: pulumi.Input<boolean>;
  /** Drops, replaces or renames although replication slots are left that may read it. */
  allowLeftoverSlots?: pulumi.Input<boolean>;
}

/**
 * The publication that ClickPipes reads. Changed in place wherever Postgres can, its OID unchanged, and only by the
 * difference; never replaced, renamed or dropped while a replication slot may read it, and replaced or renamed only with
 * `allowReplace`, since a running ClickPipe then has to be resynced.
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

  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: object,
    opts?: pulumi.CustomResourceOptions,
  ): Publication {
    return new Publication(name, (state ?? {}) as PublicationArgs, { ...opts, id });
  }

  static override isInstance(value: unknown): value is Publication {
    return isInstanceOf(value, "Publication");
  }
}

const OUTPUTS = [
  "name",
  "allTables",
  "tables",
  "schemas",
  "publish",
  "publishViaPartitionRoot",
  "publishGeneratedColumns",
  "owner",
  "comment",
  "adopt",
  "deleteAdopted",
  "allowReplace",
  "allowUnsafeTables",
  "allowLeftoverSlots",
  "oid",
  "publishedTables",
  "excludedColumns",
  "target",
];

/** An adopted publication keeps what the program does not mention. */
function defaultsFor(args: PublicationArgs): object {
  const name = DEFAULT_PUBLICATION;
  if (args.adopt !== undefined && args.adopt !== false) return { name };
  return { name, publish: ["insert", "update", "delete", "truncate"], publishViaPartitionRoot: true };
}
