import type { TableName } from "../postgres/sql/table";

// Public, and so in a file that needs nothing a user's compiler would have to know.

/** One line of the report. */
export interface ReadinessCheck {
  /** Which check it is, such as `identity`. */
  check: string;
  /** `blocked`: ClickPipes would not accept the source, or the application would suffer. */
  status: "ok" | "warning" | "blocked";
  /** What was found. */
  detail: string;
  /** The statement or setting that mends it; empty where all is well. */
  fix: string;
}

/** A table that the pipe replicates. */
export interface MappedTable extends TableName {
  excludedColumns?: string[];
}
