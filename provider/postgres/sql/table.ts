import { compareText, joinFirst } from "../../text";
import { identifier, qualified } from "./statement";

export interface TableName {
  schema: string;
  name: string;
}

/** A table as the arguments give it, with sorted columns, and `where` as the user wrote it. */
export interface Table extends TableName {
  columns?: string[];
  where?: string;
}

/** How inputs, outputs and messages show a table: "schema.table" if that is unambiguous, otherwise its parts. */
export type TableSpec = string | Table;

export function parseTable(spec: TableSpec): Table {
  if (typeof spec !== "string") return spec;
  const dot = spec.indexOf(".");
  return { schema: spec.slice(0, dot), name: spec.slice(dot + 1) };
}

export function formatTable(table: Table): TableSpec {
  const dotted = table.schema.includes(".") || table.name.includes(".");
  if (dotted || table.columns !== undefined || table.where !== undefined) return table;
  return `${table.schema}.${table.name}`;
}

/** The name as people write it in SQL, quoted only if necessary. */
export function displayTable(table: TableName): string {
  return `${displayIdentifier(table.schema)}.${displayIdentifier(table.name)}`;
}

/** The names of the first `most` tables, and how many more there are. */
export function displayTables(tables: readonly TableName[], most = 10): string {
  return joinFirst(tables.map(displayTable), most);
}

export function displayIdentifier(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) ? name : identifier(name);
}

/** A key that is the same for all spellings of a table. */
export function tableKey(table: TableName): string {
  return qualified(table);
}

export function compareTables(a: TableName, b: TableName): number {
  return compareText(a.schema, b.schema) || compareText(a.name, b.name);
}
