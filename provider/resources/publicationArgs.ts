import type * as pulumi from "@pulumi/pulumi";
import type { TableSpec } from "./clickPipesGrants";

/** An operation that a publication can publish. */
export type PublishOperation = "insert" | "update" | "delete" | "truncate";

export interface PublicationArgs {
  /**
   * Name of the publication. It cannot contain upper case, ASCII whitespace or commas, or begin with a double quote: pgoutput would
   * read it as another name. Up to Postgres 17 the pipe then fails; on Postgres 18 it silently receives nothing. It cannot contain a
   * backslash either, since ClickPipes cannot ask for such a name.
   * @defaultValue `clickpipes_publication`
   * @change in place (RENAME), requires `allowReplace`: you have to recreate the pipe
   */
  name?: pulumi.Input<string> | undefined;
  /**
   * Publishes every table of the database, present and future. Cannot be combined with `tables` or `schemas`. Requires a superuser
   * or, on Neon, a member of `neon_superuser`. Not recommended: UPDATE and DELETE fail on each table that is created without a
   * primary key.
   * @defaultValue false
   * @change to or from a list: dropped and created in one transaction, requires `allowReplace`; you have to resync the pipe
   */
  allTables?: pulumi.Input<boolean> | undefined;
  /**
   * The tables to publish, with ONLY: partitions belong to their parent. List each table that inherits (`INHERITS`), and do not
   * map it in the pipe: ClickPipes applies its changes to its parent, one level up. Each table must exist, be an ordinary or
   * partitioned table, and belong to the admin or to a role that the admin is a member of. Column lists and row filters require
   * Postgres 15. A column list must include the replica identity, and a row filter can only use its columns. A row filter is read
   * with DateStyle `ISO, MDY` and TimeZone `UTC`, whatever the database has set: write dates as YYYY-MM-DD, and times with their
   * zone.
   * @change in place, the OID unchanged; tables that do not change are not locked
   */
  tables?: pulumi.Input<pulumi.Input<TableSpec>[]> | undefined;
  /**
   * Publishes every table of these schemas, present and future (Postgres 15). Postgres also publishes tables there that belong to
   * extensions. They are left out of `publishedTables`, and you get a warning if UPDATE or DELETE would fail on them. Requires a
   * superuser or, on Neon, a member of `neon_superuser`. Cannot be combined with `columns`. If a table moves from `tables` to its
   * schema, or back, it is published both ways until the open transactions have ended: a reader would lose their changes
   * otherwise. `pulumi up` waits for them as long as for a lock.
   * @change in place for a superuser, and when you remove a schema; when you add one on Neon: dropped and created in one transaction, requires `allowReplace`, you have to resync the pipe
   */
  schemas?: pulumi.Input<pulumi.Input<string>[]> | undefined;
  /**
   * The operations to publish. ClickPipes ignores TRUNCATE. Without DELETE, deleted rows stay in ClickHouse.
   * @defaultValue all four; if adopted: unchanged
   * @change in place
   */
  publish?: pulumi.Input<pulumi.Input<PublishOperation>[]> | undefined;
  /**
   * Publishes changes to partitions under the name of their parent, which is how ClickPipes maps partitioned tables. Without it,
   * ClickPipes still finds the parent of a partition, but only one level up: with partitions of partitions, no change arrives.
   * @defaultValue true; if adopted: unchanged
   * @change in place
   */
  publishViaPartitionRoot?: pulumi.Input<boolean> | undefined;
  /**
   * Whether to publish stored generated columns (Postgres 18).
   * @defaultValue `"none"`; if adopted: unchanged
   * @change in place
   */
  publishGeneratedColumns?: pulumi.Input<"none" | "stored"> | undefined;
  /**
   * The owner of the publication. The admin needs the privileges of that role and permission to SET ROLE to it. The role needs
   * CREATE on the database.
   * @defaultValue the admin; if adopted: unchanged
   * @change in place, after everything else
   */
  owner?: pulumi.Input<string> | undefined;
  /**
   * Your own part of the publication's COMMENT, which comes before this resource's marker. `""` removes it.
   * @defaultValue unchanged
   * @change in place
   */
  comment?: pulumi.Input<string> | undefined;
  /**
   * Takes over an existing publication, even one of another stack. What your program does not mention stays unchanged, and delete
   * leaves the publication in place, and gives it back. To adopt it with a narrower scope, set `allowReplace` too. If there is no
   * such publication, it is created. A publication of another resource of this stack is never adopted: share that resource.
   * @defaultValue false
   * @change none by itself: it matters only when the resource is created
   */
  adopt?: pulumi.Input<boolean> | undefined;
  /**
   * Drops an adopted publication on delete. Delete reads it from the state: set it, run `pulumi up`, then destroy.
   * @defaultValue false
   * @change in the state only
   */
  deleteAdopted?: pulumi.Input<boolean> | undefined;
  /**
   * Allows a change that requires a resync of each running ClickPipe. Remove it again afterwards.
   * @defaultValue false
   * @change in the state only
   */
  allowReplace?: pulumi.Input<boolean> | undefined;
  /**
   * Allows tables whose UPDATE or DELETE fails in the application once they are published.
   * @defaultValue false
   * @change in the state only
   */
  allowUnsafeTables?: pulumi.Input<boolean> | undefined;
  /**
   * Drops, replaces or renames the publication even if replication slots that may read it are left. Delete reads it from the state,
   * like `deleteAdopted`. Slots are never dropped for you.
   * @defaultValue false
   * @change in the state only
   */
  allowLeftoverSlots?: pulumi.Input<boolean> | undefined;
}
