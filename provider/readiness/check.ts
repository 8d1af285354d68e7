import type { TableName } from "../postgres/sql/table";

// Public types. This file imports nothing that a user's compiler would have to resolve.

/** One line of the report. */
export interface ReadinessCheck {
  /** The name of the check, such as `identity`. */
  check: string;
  /** `blocked`: ClickPipes would not accept the source, or writes of the application would fail. */
  status: "ok" | "warning" | "blocked";
  /** What was found. */
  detail: string;
  /** The statement or setting that fixes it. Empty if the status is `ok`. */
  fix: string;
}

/** A table that the pipe replicates. */
export interface MappedTable extends TableName {
  excludedColumns?: string[];
  /** The columns by which ClickHouse orders the table, if not by the key of the source. */
  sortingKeys?: string[];
  tableEngine?: "MergeTree" | "ReplacingMergeTree" | "Null";
}
