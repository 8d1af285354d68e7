import { identifier, literal, qualified, type Statement, statement } from "../../postgres/sql/statement";
import { displayIdentifier, type Table, tableKey } from "../../postgres/sql/table";
import type { ActualPublication, PublishedTable } from "./actual";
import type { DesiredPublication } from "./desired";
import { type Filters, sameFilter } from "./filters";
import { parametersToCreate, parametersToSet } from "./parameters";

export interface PublicationPlan {
  /** To run in this order. `owner` comes after everything else, since the admin may not be allowed to do anything afterwards. */
  statements: Statement[];
  owner: Statement[];
  /** Why the change cannot be made in place. If there is a reason, there are no statements. */
  replace: string[];
  renamed: boolean;
  added: Table[];
  removed: PublishedTable[];
  addedSchemas: string[];
  removedSchemas: string[];
  changed: { from: PublishedTable; to: Table }[];
}

/** The existing publication, and the plan that makes it the desired one. */
export interface Existing {
  actual: ActualPublication;
  plan: PublicationPlan;
}

export function creation(desired: DesiredPublication): Statement {
  const options = parametersToCreate(desired);
  const withOptions = options.length > 0 ? ` with (${options.join(", ")})` : "";
  return statement(`create publication ${identifier(desired.name)}${objects(desired)}${withOptions}`);
}

export function dropPublication(name: string): Statement {
  return statement(`drop publication ${identifier(name)}`);
}

export function commentOnPublication(name: string, text: string | null): Statement {
  return statement(`comment on publication ${identifier(name)} is ${text === null ? "null" : literal(text)}`);
}

function objects({ allTables, tables, schemas }: DesiredPublication): string {
  if (allTables) return " for all tables";
  const parts = [
    ...(tables.length > 0 ? [`table ${tables.map(tableObject).join(", ")}`] : []),
    ...(schemas.length > 0 ? [`tables in schema ${schemas.map(identifier).join(", ")}`] : []),
  ];
  return parts.length > 0 ? ` for ${parts.join(", ")}` : "";
}

/** Without ONLY, inheritance children would become members without being listed. */
function tableObject(table: Table): string {
  const columns = table.columns === undefined ? "" : ` (${table.columns.map(identifier).join(", ")})`;
  const filter = table.where === undefined ? "" : ` where (${closed(table.where)})`;
  return `only ${qualified(table)}${columns}${filter}`;
}

/** Adds a line break, so that a comment at the end of the filter does not swallow the parenthesis. */
function closed(filter: string): string {
  return filter.includes("--") ? `${filter}\n` : filter;
}

/** Plans the statements that make `actual` the desired publication. Only the difference is sent, so that other tables are not locked. */
export function planPublication(
  desired: DesiredPublication,
  actual: ActualPublication,
  filters: Filters,
  superuser: boolean,
): PublicationPlan {
  const actualTables = new Map(actual.tables.map((table) => [tableKey(table), table]));
  const desiredTables = new Set(desired.tables.map(tableKey));
  const added = desired.tables.filter((table) => !actualTables.has(tableKey(table)));
  const removed = actual.tables.filter((table) => !desiredTables.has(tableKey(table)));
  const changed = desired.tables.flatMap((to) => {
    const from = actualTables.get(tableKey(to));
    return from && !sameTable(to, from, filters) ? [{ from, to }] : [];
  });
  const addedSchemas = desired.schemas.filter((name) => !actual.schemas.includes(name));
  const removedSchemas = actual.schemas.filter((name) => !desired.schemas.includes(name));
  const replace = replaceReasons(desired, actual, superuser ? [] : addedSchemas);
  const plan = {
    added,
    removed,
    changed,
    addedSchemas,
    removedSchemas,
    replace,
    renamed: desired.name !== actual.name,
  };
  if (replace.length > 0) return { ...plan, statements: [], owner: [] };
  return { ...plan, ...alterations(desired, actual, plan) };
}

type Difference = Pick<
  PublicationPlan,
  "added" | "removed" | "changed" | "addedSchemas" | "removedSchemas" | "renamed"
>;

function alterations(desired: DesiredPublication, actual: ActualPublication, difference: Difference) {
  const { added, removed, changed, addedSchemas, removedSchemas, renamed } = difference;
  const alter = `alter publication ${identifier(desired.name)}`;
  const drop = [...removed, ...changed.map(({ from }) => from)];
  const add = [...added, ...changed.map(({ to }) => to)];
  const options = parametersToSet(desired, actual);
  const set = options.length === 0 ? [] : [statement(`${alter} set (${options.join(", ")})`)];
  // Column lists and row filters on partitioned tables require publish_via_partition_root.
  const setFirst = desired.viaRoot === true && !actual.viaRoot;
  const change = (list: readonly unknown[], text: string) => (list.length === 0 ? [] : [statement(`${alter} ${text}`)]);
  return {
    statements: [
      ...(renamed
        ? [statement(`alter publication ${identifier(actual.name)} rename to ${identifier(desired.name)}`)]
        : []),
      ...(setFirst ? set : []),
      // A reader never sees only one of the two, since its catalog changes at the commit. SET TABLE could do both in one
      // statement, but would lock every table of the list.
      ...change(drop, `drop table ${drop.map((table) => `only ${qualified(table)}`).join(", ")}`),
      ...change(removedSchemas, `drop tables in schema ${removedSchemas.map(identifier).join(", ")}`),
      ...change(addedSchemas, `add tables in schema ${addedSchemas.map(identifier).join(", ")}`),
      ...change(add, `add table ${add.map(tableObject).join(", ")}`),
      ...(setFirst ? [] : set),
    ],
    owner:
      desired.owner === undefined || desired.owner === actual.owner
        ? []
        : [statement(`${alter} owner to ${identifier(desired.owner)}`)],
  };
}

function replaceReasons(desired: DesiredPublication, actual: ActualPublication, addedSchemas: string[]): string[] {
  const scope = (all: boolean) => (all ? "all tables" : "a list");
  if (desired.allTables !== actual.allTables) {
    return [
      `publication "${actual.name}" cannot change from ${scope(actual.allTables)} to ${scope(desired.allTables)} in place`,
    ];
  }
  if (addedSchemas.length === 0) return [];
  return [
    `only a superuser can add schemas to publication "${actual.name}" in place: ${addedSchemas.map(displayIdentifier).join(", ")}`,
  ];
}

function sameTable(desired: Table, actual: PublishedTable, filters: Filters): boolean {
  const sameColumns = JSON.stringify(desired.columns ?? null) === JSON.stringify(actual.columns ?? null);
  return sameColumns && sameFilter(desired, actual, filters);
}
