import { displayTable, type TableName, tableKey } from "../postgres/sql/table";
import type { MappedTable } from "../readiness/check";

/** One part of a name in SQL: in quotes, or without any. */
const PART = '"(?:[^"]|"")+"|[^".]+';

/** The tables of `--table`, each with the columns of `--exclude`. Adds to `problems` what cannot be read. */
export function readTables(tables: string[], excluded: string[], problems: string[]): MappedTable[] {
  const found = tables.flatMap((text): MappedTable[] => {
    const [schema, name, ...more] = splitName(text);
    if (schema !== undefined && name !== undefined && more.length === 0) return [{ schema, name }];
    problems.push(`--table: "${text}" is not "schema.table".\nIf a name has a dot in it, put it in double quotes.`);
    return [];
  });
  const known = new Map(found.map((table) => [tableKey(table), table]));
  for (const text of excluded) exclude(text, known, problems);
  return found;
}

function exclude(text: string, known: ReadonlyMap<string, MappedTable>, problems: string[]): void {
  const [schema, name, column, ...more] = splitName(text);
  if (schema === undefined || name === undefined || column === undefined || more.length > 0) {
    problems.push(
      `--exclude: "${text}" is not "schema.table.column".\nIf a name has a dot in it, put it in double quotes.`,
    );
    return;
  }
  const excluded: TableName = { schema, name };
  const table = known.get(tableKey(excluded));
  if (table) table.excludedColumns = [...(table.excludedColumns ?? []), column];
  else problems.push(`--exclude: ${displayTable(excluded)} is not among the tables.\nAdd --table '${schema}.${name}'.`);
}

/** The parts of a name, without their quotes. None if it is not one. */
function splitName(text: string): string[] {
  if (!new RegExp(`^(?:${PART})(?:\\.(?:${PART}))*$`).test(text)) return [];
  return (text.match(new RegExp(PART, "g")) ?? []).map((part) =>
    part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part,
  );
}
