import type { TableName } from "../postgres/sql/table";

/** The leaves of a partitioned table, as a state remembers them. A leaf may be detached later, or move to another schema. */
export interface KnownLeaves extends TableName {
  /** The OID of the partitioned table. */
  root: number;
  /** The columns that count on each leaf. Null for all. */
  columns: string[] | null;
  /** The OIDs of the leaves, and of their schemas. */
  leaves: number[];
  spaces: number[];
}
