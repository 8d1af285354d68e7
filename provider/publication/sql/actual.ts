import type { Blocker } from "../../postgres/errors";
import type { Marked } from "../../postgres/sql/mark";
import type { TableName } from "../../postgres/sql/table";
import type { Parameters } from "./parameters";

export interface PublishedTable extends TableName {
  oid: number;
  columns?: string[];
  /** The row filter as the server writes it, and a fingerprint of it. */
  where?: string;
  tree?: string;
  /** Who keeps us from reading the filter, which may be another one than is known. */
  heldBy?: Blocker;
}

export interface ActualPublication extends Parameters {
  oid: number;
  name: string;
  owner: string;
  allTables: boolean;
  tables: PublishedTable[];
  schemas: string[];
  text: string | null;
  marked: Marked;
  /** Whether our admin may alter it: it needs the rights of the owner. */
  mayAlter: boolean;
}
