import type { TableName } from "./table";

/** Public, and so free of anything that a user's compiler would have to know. */
export interface ReadinessCheck {
  check: string;
  status: "ok" | "warning" | "blocked";
  /** What was found. */
  detail: string;
  /** The statement or setting that mends it; empty where all is well. */
  fix: string;
}

export interface MappedTable extends TableName {
  excludedColumns?: string[];
}
