import {
  compareTables,
  formatTable,
  parseTable,
  type TableName,
  type TableSpec,
  tableKey,
} from "../postgres/sql/table";
import { compareText } from "../text";
import { Arguments, canonicalList, type Properties } from "./arguments";
import { hasUnknown } from "./unknown";

/**
 * Reads the argument `tables` of grants and publication: "schema.table" with exactly one dot, or the parts. Sorts the columns,
 * since their order has no meaning.
 */
export function readTables(args: Arguments, withFilters: boolean): TableSpec[] | undefined {
  const list = args.list<TableSpec>("tables", (value, path) => readTable(args, value, path, withFilters));
  if (!Array.isArray(list) || list.some(hasUnknown)) return list;
  return canonicalTables(args, list.map(parseTable))?.map(formatTable);
}

/** Keeps each table once. Refuses a table that is listed twice with different columns or filters. */
export function canonicalTables<T extends TableName>(args: Arguments, tables: T[]): T[] | undefined {
  const seen = new Map<string, T>();
  for (const table of tables) {
    const other = seen.get(tableKey(table));
    if (other && JSON.stringify(other) !== JSON.stringify(table)) {
      args.problem("tables", `${table.schema}.${table.name} is listed twice with different options`);
    }
    seen.set(tableKey(table), table);
  }
  return canonicalList(tables, compareTables);
}

function readTable(args: Arguments, value: unknown, path: string, withFilters: boolean): TableSpec | undefined {
  if (typeof value === "string") return readDotted(args, value, path);
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    args.problem(path, 'expected "schema.table" or { schema, name }');
    return undefined;
  }
  const parts = new Arguments(value as Properties, `${path}.`);
  parts.only("schema", "name", "columns", "where");
  const schema = parts.identifier("schema", { required: true });
  const name = parts.identifier("name", { required: true });
  const columns = canonicalList(parts.identifiers("columns"), compareText);
  const where = parts.text("where");
  if (Array.isArray(columns) && columns.length === 0) parts.problem("columns", "is empty; omit it for all columns");
  if (where !== undefined && where.trim() === "") parts.problem("where", "is empty; omit it for all rows");
  args.problems.push(...parts.problems);
  if (schema === undefined || name === undefined) return undefined;
  // Privileges do not apply to rows. If grants and publication share one list, its filters matter only to the publication.
  return { schema, name, ...(columns && { columns }), ...(withFilters && where !== undefined && { where }) };
}

export function isDotted(text: string): boolean {
  const parts = text.split(".");
  return parts.length === 2 && !parts.includes("") && parseQuoted(text) === undefined;
}

/** The table that SQL would read, if at least one of its names is in quotes. */
function parseQuoted(text: string): TableName | undefined {
  if (!text.includes('"')) return undefined;
  const [, quotedSchema, schema, quotedName, name] =
    /^(?:"((?:[^"]|"")+)"|([^".]+))\.(?:"((?:[^"]|"")+)"|([^".]+))$/.exec(text) ?? [];
  const schemaName = quotedSchema?.replaceAll('""', '"') ?? schema;
  const tableName = quotedName?.replaceAll('""', '"') ?? name;
  return schemaName === undefined || tableName === undefined ? undefined : { schema: schemaName, name: tableName };
}

function displayWithoutQuotes({ schema, name }: TableName): string {
  const isPlain = ![schema, name].some((part) => part.includes("."));
  return isPlain ? `${schema}.${name}` : `{ schema: ${JSON.stringify(schema)}, name: ${JSON.stringify(name)} }`;
}

/** Advice for a program. The command line has no other way to name a table. */
export const ADVICE_ON_OTHER_NAMES = "; write { schema, name } for other names";

export function notDotted(text: string): string {
  const quoted = parseQuoted(text);
  if (quoted) return `"${text}" has the quotes of SQL; write ${displayWithoutQuotes(quoted)}`;
  return `"${text}" is not "schema.table" with exactly one dot${ADVICE_ON_OTHER_NAMES}`;
}

function readDotted(args: Arguments, value: string, path: string): TableSpec | undefined {
  if (!isDotted(value)) {
    args.problem(path, notDotted(value));
    return undefined;
  }
  const [schema, table] = value.split(".");
  const named = new Arguments({ schema, table }, `${path} `);
  named.identifier("schema");
  named.identifier("table");
  args.problems.push(...named.problems);
  return value;
}
