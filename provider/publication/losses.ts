import type { Whose } from "../ownership/whose";
import { displayIdentifier, displayTable, type Table, tableKey } from "../postgres/sql/table";
import type { Decision } from "./decide";
import type { ActualPublication, PublishedTable } from "./sql/actual";
import type { DesiredPublication } from "./sql/desired";
import type { MissingTable } from "./sql/members";
import { type Loss, type PublicationState, tablesOf } from "./state";
import type { Change, Survey } from "./survey";

/** What the program no longer asks for counts as no loss. */
function isDesired({ table, schema, operation }: Loss, desired: DesiredPublication): boolean {
  if (table !== undefined) return desired.tables.some((listed) => tableKey(listed) === table);
  if (schema !== undefined) return desired.schemas.includes(schema);
  return operation === undefined || desired.publish === undefined || desired.publish.includes(operation);
}

/** What the state has as published and the database no longer has. `excluded`: for tables with a column list, the columns that are not listed now. */
export function lossesOf(
  state: PublicationState,
  actual: ActualPublication,
  oid: number | null,
  excluded: Table[],
): Loss[] {
  return [...(actual.allTables ? [] : scopeLosses(state, actual, oid, excluded)), ...parameterLosses(state, actual)];
}

function scopeLosses(
  state: PublicationState,
  actual: ActualPublication,
  oid: number | null,
  excluded: Table[],
): Loss[] {
  const leftOut = new Map(excluded.map((table) => [tableKey(table), table.columns]));
  const there = new Map(actual.tables.map((table) => [tableKey(table), table]));
  const oids = new Set(actual.tables.map(({ oid }) => oid));
  return [
    ...tablesOf(state, oid).flatMap((table): Loss[] => {
      const now = there.get(tableKey(table));
      if (now) return contentLosses(state, table, now, leftOut.get(tableKey(table)) ?? []);
      // It is still published, under another name.
      if (table.oid !== undefined && oids.has(table.oid)) return [];
      return [{ what: `table ${displayTable(table)}`, table: tableKey(table) }];
    }),
    ...(state.schemas ?? [])
      .filter((name) => !actual.schemas.includes(name))
      .map((name) => ({ what: `schema ${displayIdentifier(name)}`, schema: name })),
  ];
}

function contentLosses(state: PublicationState, before: Table, now: PublishedTable, leftOut: string[]): Loss[] {
  const table = tableKey(before);
  const losses: Loss[] = [];
  if (state.filters?.[table]?.stored !== now.where && !state.unread?.includes(table))
    losses.push({ what: `the row filter of ${displayTable(before)}`, table });
  const { columns } = now;
  if (columns && !before.columns) losses.push({ what: `columns of ${displayTable(before)}`, table });
  // A column that was renamed is still listed.
  const gone = before.columns?.filter((name) => leftOut.includes(name)) ?? [];
  if (gone.length > 0)
    losses.push({ what: `columns ${gone.map(displayIdentifier).join(", ")} of ${displayTable(before)}`, table });
  return losses;
}

function parameterLosses(state: PublicationState, actual: ActualPublication): Loss[] {
  const operations = (state.publish ?? []).filter((operation) => !actual.publish.includes(operation));
  return [
    ...operations.map((operation) => ({ what: `operation ${operation}`, operation })),
    ...(state.publishViaPartitionRoot === true && !actual.viaRoot
      ? [{ what: "partitioned tables under their own name" }]
      : []),
    ...(state.publishGeneratedColumns === "stored" && actual.generatedColumns === "none"
      ? [{ what: "stored generated columns" }]
      : []),
  ];
}

export function mergeLosses(...lists: Loss[][]): Loss[] {
  return [...new Map(lists.flat().map((loss) => [loss.what, loss])).values()];
}

/** What happened to a listed table. Its OID tells. */
export function displayMissing(missing: MissingTable): string {
  const { schema, nowSchema, nowName, again, published } = missing;
  const table = `table ${displayTable(missing)}`;
  if (nowSchema === null || nowName === null) {
    return again ? `${table} was dropped and recreated, and the new table is not published` : `${table} was dropped`;
  }
  const moves = [
    ...(nowName === missing.name ? [] : ["renamed"]),
    ...(nowSchema === schema ? [] : ["moved to another schema"]),
  ];
  if (moves.length === 0) return `${table} was removed from the publication`;
  const now = `${table} was ${moves.join(" and ")}, and is now ${displayTable({ schema: nowSchema, name: nowName })}`;
  return published ? `${now}, which is still published` : `${now}, which was removed from the publication`;
}

const MISSED = "Changes made in the meantime never reached ClickHouse.";

/** The lines that follow a sentence on what a pipe has missed. */
export const RESYNC = `${MISSED}\nResync the pipe.`;
const RESYNC_THESE = `${MISSED}\nResync the pipe for these.`;

/** Warns about what a reader of the publication misses, and about a change that breaks it. */
export function lossWarnings(
  { inputs, before, desired, oid }: Change,
  { excluded }: Survey,
  actual: ActualPublication,
  { found, breaking }: Pick<Decision, "found" | "breaking">,
): string[] {
  const replaced = `publication "${inputs.name}" is replaced or renamed.\nResync every ClickPipe that reads it.`;
  const lost = before ? mergeLosses(before.lost ?? [], lossesOf(before, actual, oid, excluded)) : [];
  const names = lost.filter((loss) => isDesired(loss, desired)).map(({ what }) => what);
  return [
    ...(breaking ? [replaced] : []),
    ...(before && oid !== null && oid !== actual.oid
      ? [`${describeRecreation(before, actual, found)}.\n${RESYNC}`]
      : []),
    ...(names.length > 0 ? [`publication "${inputs.name}" had lost ${names.join(", ")}.\n${RESYNC_THESE}`] : []),
  ];
}

/** What is known about the listed tables that are not there. */
export function whatBecameOf({ before, desired }: Change, { missing }: Survey): string[] {
  const listed = new Set(desired.tables.map(tableKey));
  return [...missing, ...(before?.missing ?? [])].filter((table) => listed.has(tableKey(table))).map(displayMissing);
}

export function describeRecreation(state: PublicationState, actual: ActualPublication, found?: Whose): string {
  const oids = `(OID ${state.oid}, now ${actual.oid})`;
  // It comes from an interrupted run or a later create of this resource, or from a dump.
  if (found?.is === "current" || found?.is === "sameResource")
    return `publication "${actual.name}" was recreated ${oids}`;
  return `publication "${actual.name}" was dropped and recreated outside this resource ${oids}`;
}
