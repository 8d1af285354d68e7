import type { TableName } from "../postgres/sql/table";

/** One relation that ClickPipes selects from: a table, a leaf of a partitioned table, or a child by inheritance. */
export interface Read extends TableName {
  /** The columns that it selects. Null for all. */
  columns: string[] | null;
  /** The first load reads ranges of ctid. From a partitioned table itself, ClickPipes only selects no rows. */
  byCtid: boolean;
}

/** What came of an attempt to read. `held`: another session had locked the relation. Undefined if it was not tried. */
export type Reading = "read" | "denied" | "held" | undefined;

/** The columns that SELECT is needed on, for a GRANT. Null for the whole table. */
export function columnsToGrant({ columns, byCtid }: Read): string[] | null {
  return columns === null || !byCtid ? columns : [...columns, "ctid"];
}
