import type { ActualPublication, PublishedTable } from "./publicationRead";
import { identifier, literal, qualified, type Statement, statement } from "./statement";
import { compareText, displayTable, type Table, tableKey } from "./table";

export interface DesiredPublication {
  name: string;
  allTables: boolean;
  tables: Table[];
  schemas: string[];
  /** Undefined: as found, or the server's default. */
  publish?: string[];
  viaRoot?: boolean;
  generatedColumns?: "none" | "stored";
  owner?: string;
}

/** How the server wrote each row filter that the program gave: by table, the program's text and the server's. */
export type Filters = Record<string, { given: string; stored: string }>;

export interface PublicationPlan {
  statements: Statement[];
  /** Why it cannot be done in place; then `statements` is empty. */
  replace: string[];
  renamed: boolean;
  added: Table[];
  removed: PublishedTable[];
  changed: { from: PublishedTable; to: Table }[];
}

export function createPublication(desired: DesiredPublication): Statement {
  const options = parameters(desired);
  const withOptions = options.length > 0 ? ` with (${options.join(", ")})` : "";
  return statement(`create publication ${identifier(desired.name)}${objects(desired)}${withOptions}`);
}

function objects({ allTables, tables, schemas }: DesiredPublication): string {
  if (allTables) return " for all tables";
  const parts = [
    ...(tables.length > 0 ? [`table ${tables.map(tableObject).join(", ")}`] : []),
    ...(schemas.length > 0 ? [`tables in schema ${schemas.map(identifier).join(", ")}`] : []),
  ];
  return parts.length > 0 ? ` for ${parts.join(", ")}` : "";
}

/** ONLY: without it, children by inheritance would become members that nobody listed. */
function tableObject(table: Table): string {
  const columns = table.columns === undefined ? "" : ` (${table.columns.map(identifier).join(", ")})`;
  const filter = table.where === undefined ? "" : ` where (${table.where})`;
  return `only ${qualified(table)}${columns}${filter}`;
}

function parameters({ publish, viaRoot, generatedColumns }: Partial<DesiredPublication>): string[] {
  return [
    ...(publish === undefined ? [] : [`publish = ${literal(publish.join(", "))}`]),
    ...(viaRoot === undefined ? [] : [`publish_via_partition_root = ${viaRoot}`]),
    ...(generatedColumns === undefined ? [] : [`publish_generated_columns = ${generatedColumns}`]),
  ];
}

/** The statements from what is to what is wished: only the difference, so that untouched tables are not locked. */
export function planPublication(
  desired: DesiredPublication,
  actual: ActualPublication,
  filters: Filters,
  superuser: boolean,
): PublicationPlan {
  const actualTables = new Map(actual.tables.map((table) => [tableKey(table), table]));
  const desiredTables = new Map(desired.tables.map((table) => [tableKey(table), table]));
  const added = desired.tables.filter((table) => !actualTables.has(tableKey(table)));
  const removed = actual.tables.filter((table) => !desiredTables.has(tableKey(table)));
  const changed = desired.tables.flatMap((to) => {
    const from = actualTables.get(tableKey(to));
    return from && !sameTable(to, from, filters) ? [{ from, to }] : [];
  });
  const addedSchemas = desired.schemas.filter((name) => !actual.schemas.includes(name));
  const removedSchemas = actual.schemas.filter((name) => !desired.schemas.includes(name));
  const replace = replaceReasons(desired, actual, superuser ? [] : [...addedSchemas, ...removedSchemas]);
  const plan = { added, removed, changed, replace, renamed: desired.name !== actual.name };
  if (replace.length > 0) return { ...plan, statements: [] };

  const alter = `alter publication ${identifier(desired.name)}`;
  const drop = [...removed, ...changed.map(({ from }) => from)];
  const add = [...added, ...changed.map(({ to }) => to)];
  const options = parameters(differing(desired, actual));
  const tables = (list: readonly unknown[], text: string) => (list.length === 0 ? [] : [statement(`${alter} ${text}`)]);
  return {
    ...plan,
    statements: [
      ...(plan.renamed
        ? [statement(`alter publication ${identifier(actual.name)} rename to ${identifier(desired.name)}`)]
        : []),
      // In one transaction a reader sees neither without the other: its catalog changes at the commit.
      ...tables(drop, `drop table ${drop.map((table) => `only ${qualified(table)}`).join(", ")}`),
      ...tables(removedSchemas, `drop tables in schema ${removedSchemas.map(identifier).join(", ")}`),
      ...tables(addedSchemas, `add tables in schema ${addedSchemas.map(identifier).join(", ")}`),
      ...tables(add, `add table ${add.map(tableObject).join(", ")}`),
      ...tables(options, `set (${options.join(", ")})`),
      ...(desired.owner === undefined || desired.owner === actual.owner
        ? []
        : [statement(`${alter} owner to ${identifier(desired.owner)}`)]),
    ],
  };
}

function replaceReasons(desired: DesiredPublication, actual: ActualPublication, schemas: string[]): string[] {
  const kind = (all: boolean) => (all ? "all tables" : "a list");
  if (desired.allTables !== actual.allTables) {
    return [
      `Postgres cannot change a publication of ${kind(actual.allTables)} into one of ${kind(desired.allTables)} in place`,
    ];
  }
  return schemas.length === 0 ? [] : [`only a superuser may add or take out schemas in place (${schemas.join(", ")})`];
}

function differing(desired: DesiredPublication, actual: ActualPublication): Partial<DesiredPublication> {
  const { publish, viaRoot, generatedColumns } = desired;
  return {
    ...(publish &&
      [...publish].sort(compareText).join() !== [...actual.publish].sort(compareText).join() && { publish }),
    ...(viaRoot !== undefined && viaRoot !== actual.viaRoot && { viaRoot }),
    ...(generatedColumns !== undefined && generatedColumns !== actual.generatedColumns && { generatedColumns }),
  };
}

function sameTable(desired: Table, actual: PublishedTable, filters: Filters): boolean {
  const sameColumns = JSON.stringify(desired.columns ?? null) === JSON.stringify(actual.columns ?? null);
  return sameColumns && sameFilter(desired, actual, filters);
}

/** The server rewrites a filter, so it is compared with what it made of the same text before. */
function sameFilter(desired: Table, actual: PublishedTable, filters: Filters): boolean {
  if (desired.where === undefined || actual.where === undefined) return desired.where === actual.where;
  const known = filters[tableKey(desired)];
  return known?.given === desired.where ? known.stored === actual.where : actual.where === desired.where;
}

export function rememberFilters(desired: DesiredPublication, actual: ActualPublication): Filters {
  const stored = new Map(actual.tables.map((table) => [tableKey(table), table.where]));
  return Object.fromEntries(
    desired.tables.flatMap((table) => {
      const text = stored.get(tableKey(table));
      return table.where !== undefined && text !== undefined
        ? [[tableKey(table), { given: table.where, stored: text }]]
        : [];
    }),
  );
}

export function displayTables(tables: readonly Table[], most = 10): string {
  const names = tables.slice(0, most).map(displayTable).join(", ");
  return tables.length > most ? `${names} and ${tables.length - most} more` : names;
}
