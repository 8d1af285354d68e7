import type { Unmarked } from "../lifecycle/lifecycle";
import { formatTable, type TableSpec } from "../postgres/sql/table";
import type { ActualPublication, PublishedTable } from "./sql/actual";
import { type Filters, knownFilter } from "./sql/filters";
import { argumentsOf, fromParameters, type PublicationInputs, type PublicationState } from "./state";

/** The arguments as the database has them. What the program does not mention is shown only on the first read, as after `.get()`. */
export function liveInputs(
  state: PublicationState,
  actual: ActualPublication,
  filters: Filters,
): Unmarked<PublicationInputs> {
  const tables = actual.tables.map((table) => liveTable(table, filters));
  const isListed = (list: unknown[], given: unknown) => list.length > 0 || (given !== undefined && !actual.allTables);
  const optional = { ...fromParameters(actual), owner: actual.owner, comment: actual.marked.comment ?? "" };
  return {
    ...argumentsOf(state),
    name: actual.name,
    allTables: actual.allTables || undefined,
    tables: isListed(tables, state.tables) ? tables : undefined,
    schemas: isListed(actual.schemas, state.schemas) ? actual.schemas : undefined,
    ...(state.target === undefined ? optional : mentioned(optional, state)),
  };
}

/** The values of `live` that the program sets. */
function mentioned<T extends object>(live: T, given: { readonly [Name in keyof T]?: unknown }): Partial<T> {
  const isGiven = (name: keyof T) => given[name] !== undefined;
  return Object.fromEntries(Object.entries(live).filter(([name]) => isGiven(name as keyof T))) as Partial<T>;
}

/** Shows the filter as the program wrote it, as long as the server still stores what it made of that text. */
function liveTable(table: PublishedTable, filters: Filters): TableSpec {
  const { schema, name, columns, where } = table;
  const known = knownFilter(filters, table);
  const filter = known?.stored === where ? known?.given : where;
  return formatTable({ schema, name, ...(columns && { columns }), ...(filter !== undefined && { where: filter }) });
}
