import type { RowSecurity } from "../../postgres/sql/rowSecurity";

export interface ActualRights {
  database: string;
  databaseRight: DatabaseRight;
  schemas: SchemaRight[];
  /** Only those that lack something, or hide rows. */
  tables: TableRight[];
  defaults: DefaultRight[];
}
/** As whom we can grant: as ourselves, as the owner by SET ROLE, or not at all. */

export type Actor = "self" | "owner" | "none";
export interface DatabaseRight {
  /** How many relations the scope holds. */
  total: number;
  /** Whether the role may connect, by whatever right. */
  connect: boolean;
  owner: string;
  actor: Actor;
}
export interface SchemaRight {
  name: string;
  owner: string;
  granted: boolean;
  effective: boolean;
  actor: Actor;
}
export interface TableRight extends RowSecurity {
  schema: string;
  name: string;
  /** By its schema, not by its own name. */
  whole: boolean;
  kind: string;
  owner: string;
  /** SELECT on the whole of it, where no columns are asked for: rights to columns stand beside that and outlive it. */
  granted: boolean;
  effective: boolean;
  actor: Actor;
  /** We are the owner or a member of it, whether that is enough or not. */
  member: boolean;
  hidesRows: boolean;
  /** Where a list of columns was asked for, and those of them that are there and not granted. */
  columns: string[] | null;
  missingColumns: string[];
  oid: number;
  schemaOid: number;
  ownerOid: number;
}
export interface DefaultRight {
  creator: string;
  schema: string;
  granted: boolean;
  actor: Actor;
}
