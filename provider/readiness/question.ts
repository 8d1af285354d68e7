import type { Unmarked } from "../lifecycle/lifecycle";
import { parseTable } from "../postgres/sql/table";
import type { MappedTable } from "./check";
import type { ReadinessInputs } from "./state";

/** The arguments of a report, from a resource or the command line. */
export interface ReadinessQuestion extends Omit<ReadinessInputs, "mark" | "tables" | "onFailure" | "triggers"> {
  tables?: MappedTable[];
}

export function toQuestion({ tables, ...inputs }: Unmarked<ReadinessInputs>): ReadinessQuestion {
  return { ...inputs, tables: tables?.map(toMapped) };
}

export function toMapped(spec: string | MappedTable): MappedTable {
  return typeof spec === "string" ? parseTable(spec) : spec;
}
