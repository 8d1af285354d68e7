import type { GrantsOwnership, NotedScope } from "../../postgres/sql/mark";
import { parseTable, type Table, tableKey } from "../../postgres/sql/table";
import type { RightFilter } from "./actual";
import { LOAD_COLUMN } from "./scope";

/**
 * Whether a scope asks for a right. SELECT on a whole table and SELECT on some of its columns are different rights. The scope has a
 * leaf if it has a partitioned table above it.
 */
export function desiredBy({ schemas = [], tables = [], objectOwners }: NotedScope): RightFilter {
  const listed = new Map<string, Table[]>();
  for (const table of tables.map(parseTable)) {
    const key = tableKey(table);
    listed.set(key, [...(listed.get(key) ?? []), table]);
  }
  const schemasListed = new Set([...listed.values()].flatMap((same) => same.map(({ schema }) => schema)));
  const whole = schemas === "*" ? undefined : new Set(schemas);
  const isWhole = ({ schema }: { schema: string }) => whole === undefined || whole.has(schema);
  return ({ kind, schema, name, column, schemaOid, roots }) => {
    if (kind === "connect") return true;
    if (kind === "default") {
      const covered = schemaOid === 0 ? schemas.length > 0 : isWhole({ schema });
      return covered && (objectOwners === undefined || objectOwners.includes(name));
    }
    if (kind === "schema" && (isWhole({ schema }) || schemasListed.has(schema))) return true;
    if (kind === "schema") return roots.some((root) => isWhole(root) || listed.has(tableKey(root)));
    const tables = [{ schema, name, column: column ?? undefined }, ...roots];
    if (column === null) return tables.some((table) => isWhole(table) || isListed(listed.get(tableKey(table)), null));
    return tables.some((table) => isListed(listed.get(tableKey(table)), table.column ?? column));
  };
}

function isListed(tables: Table[] = [], column: string | null): boolean {
  return tables.some(({ columns }) => (column === null ? columns === undefined : includesColumn(columns, column)));
}

/** Whether listed columns ask for this one, given how the load reads. */
export function includesColumn(columns: readonly string[] | undefined, column: string): boolean {
  return columns !== undefined && (columns.includes(column) || column === LOAD_COLUMN.name);
}

/** Whether other ClickPipesGrants of the same role ask for a right. If their scope is not noted, they may ask for any. */
export function desiredByOthers(others: GrantsOwnership[]): RightFilter {
  const filters = others.map(({ scope }): RightFilter => (scope === undefined ? () => true : desiredBy(scope)));
  return (right) => filters.some((isDesired) => isDesired(right));
}
