import type { Blocker } from "../../postgres/errors";
import type { Marked } from "../../postgres/sql/mark";
import type { TableName } from "../../postgres/sql/table";
import type { Parameters } from "./parameters";
import type { SchemaOids } from "./schemas";

export interface PublishedTable extends TableName {
  oid: number;
  columns?: string[];
  /** The row filter as the server writes it. */
  where?: string;
  /** A fingerprint of the row filter. */
  tree?: string;
  /** Who holds the lock that keeps the filter from being read. The filter may differ from the known one. */
  heldBy?: Blocker;
}

export interface ActualPublication extends Parameters {
  oid: number;
  name: string;
  owner: string;
  allTables: boolean;
  tables: PublishedTable[];
  schemas: string[];
  /** OIDs of these schemas and of the schemas of the tables. */
  schemaOids: SchemaOids;
  text: string | null;
  marked: Marked;
  /** Whether the admin may alter it, which takes the privileges of the owner. */
  mayAlter: boolean;
}
