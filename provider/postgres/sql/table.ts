import { compareText } from "../../text";
import { identifier, qualified } from "./statement";

export interface TableName {
  schema: string;
  name: string;
}

/** A table as the arguments give it: columns sorted, `where` as the user wrote it. */
export interface Table extends TableName {
  columns?: string[];
  where?: string;
}

/** How a table stands in inputs, outputs and messages: "schema.table" where that is unambiguous, else its parts. */
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

/** The name as a person writes it in SQL: quoted only where it must be. */
export function displayTable(table: TableName): string {
  return `${displayIdentifier(table.schema)}.${displayIdentifier(table.name)}`;
}

/** The first `most` of them. */
export function displayTables(tables: readonly TableName[], most = 10): string {
  const names = tables.slice(0, most).map(displayTable).join(", ");
  return tables.length > most ? `${names} and ${tables.length - most} more` : names;
}

export function displayIdentifier(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) ? name : identifier(name);
}

/** A key under which two spellings of one table are the same. */
export function tableKey(table: TableName): string {
  return qualified(table);
}

export function compareTables(a: TableName, b: TableName): number {
  return compareText(a.schema, b.schema) || compareText(a.name, b.name);
}
