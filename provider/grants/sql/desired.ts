import type { GrantsOwnership, NotedScope } from "../../postgres/sql/mark";
import { parseTable, type Table, tableKey } from "../../postgres/sql/table";
import type { RightFilter } from "./actual";

/** What a scope asks for. SELECT on a table as a whole and on columns of it are different rights. */
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

/** What other grants on the same role ask for; where their scope is not noted, that may be anything. */
export function desiredByOthers(others: GrantsOwnership[]): RightFilter {
  const filters = others.map(({ scope }): RightFilter => (scope === undefined ? () => true : desiredBy(scope)));
  return (right) => filters.some((isDesired) => isDesired(right));
}
