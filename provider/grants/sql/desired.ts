import type { GrantsOwnership, NotedScope } from "../../postgres/sql/mark";
import { parseTable, type Table, tableKey } from "../../postgres/sql/table";
import type { RightFilter } from "./actual";

/** Whether a scope asks for a right. SELECT on a whole table and SELECT on some of its columns are different rights. */
export function desiredBy({ schemas = [], tables = [], objectOwners }: NotedScope): RightFilter {
  const listed = new Map<string, Table[]>();
  for (const table of tables.map(parseTable)) {
    const key = tableKey(table);
    listed.set(key, [...(listed.get(key) ?? []), table]);
  }
  const schemasListed = new Set([...listed.values()].flatMap((same) => same.map(({ schema }) => schema)));
  const whole = schemas === "*" ? undefined : new Set(schemas);
  return ({ kind, schema, name, column, schemaOid }) => {
    if (kind === "connect") return true;
    const isWhole = whole === undefined || whole.has(schema);
    if (kind === "default") {
      const covered = schemaOid === 0 ? schemas.length > 0 : isWhole;
      return covered && (objectOwners === undefined || objectOwners.includes(name));
    }
    if (isWhole && kind !== "column") return true;
    if (kind === "schema") return schemasListed.has(schema);
    const same = listed.get(tableKey({ schema, name })) ?? [];
    return same.some(({ columns }) => (column === null ? columns === undefined : columns?.includes(column)));
  };
}

/** Whether other ClickPipesGrants of the same role ask for a right. If their scope is not noted, they may ask for any. */
export function desiredByOthers(others: GrantsOwnership[]): RightFilter {
  const filters = others.map(({ scope }): RightFilter => (scope === undefined ? () => true : desiredBy(scope)));
  return (right) => filters.some((isDesired) => isDesired(right));
}
