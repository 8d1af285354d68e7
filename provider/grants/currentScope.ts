import { canonicalList } from "../lifecycle/arguments";
import { compareTables, formatTable, parseTable, type Table, type TableSpec, tableKey } from "../postgres/sql/table";
import { compareText } from "../text";
import type { MissingName } from "./sql/missing";
import type { Renaming } from "./sql/renamings";
import type { ScopeInputs } from "./sql/scope";

/**
 * The scope with today's names: a renamed object has its new name, and a dropped one is left out. Either way the next preview
 * shows it.
 */
export function currentScope(
  { schemas, tables, objectOwners }: ScopeInputs,
  missing: MissingName[],
  renamed: Renaming[],
): ScopeInputs {
  const present = (kind: "schema" | "role", list: string[]) =>
    canonicalList(
      list.flatMap((name) => presentName(kind, name, missing, renamed)),
      compareText,
    );
  return {
    schemas: Array.isArray(schemas) ? present("schema", schemas) : schemas,
    tables: tables && presentTables(tables.map(parseTable), missing, renamed),
    objectOwners: objectOwners && present("role", objectOwners),
  };
}

function presentName(kind: "schema" | "role", name: string, missing: MissingName[], renamed: Renaming[]): string[] {
  if (!missing.some((gone) => gone.kind === kind && gone.name === name)) return [name];
  const renaming = renamed.find(({ before }) => before.kind === kind && before.name === name);
  return renaming ? [renaming.now.name] : [];
}

function presentTables(tables: Table[], missing: MissingName[], renamed: Renaming[]): TableSpec[] | undefined {
  const gone = new Set(missing.filter(({ kind }) => kind === "table").map(keyOf));
  const goneColumns = new Set(missing.filter(({ kind }) => kind === "column").map(columnKey));
  const renamings = new Map(
    renamed.filter(({ now }) => now.kind === "table").map((renaming) => [keyOf(renaming.before), renaming]),
  );
  const current = tables.flatMap((table): Table[] => {
    const renaming = renamings.get(tableKey(table));
    if (!gone.has(tableKey(table))) {
      const isGone = (name: string) => goneColumns.has(columnKey({ ...table, table: table.name, name }));
      return [withColumns(table, table, isGone, renaming)];
    }
    if (renaming?.now.schema == null) return [];
    const { schema, name } = renaming.now;
    return [withColumns({ schema, name }, table, () => true, renaming)];
  });
  return canonicalList(current, compareTables)?.map(formatTable);
}

/** `now` with the columns that are listed for the table, each under its current name. */
function withColumns(
  now: { schema: string; name: string },
  { columns }: Table,
  isGone: (column: string) => boolean,
  renaming: Renaming | undefined,
): Table {
  if (columns === undefined) return { schema: now.schema, name: now.name };
  const today = new Map(
    Object.entries(renaming?.before.columns ?? {}).map(([number, name]) => [name, renaming?.now.columns?.[number]]),
  );
  const current = columns.flatMap((column) => (isGone(column) ? (today.get(column) ?? []) : column));
  return { schema: now.schema, name: now.name, columns: [...new Set(current)].sort(compareText) };
}

function keyOf({ schema, name }: { schema: string | null; name: string }): string {
  return tableKey({ schema: schema ?? "", name });
}

function columnKey({ schema, table, name }: Pick<MissingName, "schema" | "table" | "name">): string {
  return JSON.stringify([schema, table, name]);
}
