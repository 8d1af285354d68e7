import { displayIdentifier, displayTable, type Table, tableKey } from "../postgres/sql/table";
import type { ActualPublication, PublishedTable } from "./sql/actual";
import type { DesiredPublication } from "./sql/desired";
import type { MissingTable } from "./sql/members";
import { type Loss, type PublicationState, tablesOf } from "./state";
import type { Change, Survey } from "./survey";

/** A loss of what nobody desires any more is none. */
function isDesired({ table, schema, operation }: Loss, desired: DesiredPublication): boolean {
  if (table !== undefined) return desired.tables.some((listed) => tableKey(listed) === table);
  if (schema !== undefined) return desired.schemas.includes(schema);
  return operation === undefined || desired.publish === undefined || desired.publish.includes(operation);
}

/** What the state says is published and no longer is. `excluded`: of tables with a list of columns, those not listed now. */
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
      // Published still, under another name.
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
  // One that is there under another name is listed still.
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

/** What has become of a listed table, told apart by its OID. */
export function displayMissing(missing: MissingTable): string {
  const { schema, nowSchema, nowName, again, published } = missing;
  const table = `table ${displayTable(missing)}`;
  if (nowSchema === null || nowName === null) {
    return again ? `${table} was dropped and made again, and the new one is not published` : `${table} was dropped`;
  }
  const moves = [
    ...(nowName === missing.name ? [] : ["renamed"]),
    ...(nowSchema === schema ? [] : ["moved to another schema"]),
  ];
  if (moves.length === 0) return `${table} was taken out of the publication`;
  const now = `${table} was ${moves.join(" and ")}: it is ${displayTable({ schema: nowSchema, name: nowName })} now`;
  return published ? `${now}, and published as such` : `${now}, and was taken out of the publication`;
}

export const RESYNC = "Changes made meanwhile never reached ClickHouse: resync the pipe";

/** What a reader of the publication misses or will not survive, as warnings. */
export function lossWarnings(
  { inputs, before, desired, oid }: Change,
  { excluded }: Survey,
  actual: ActualPublication,
  breaking: boolean,
): string[] {
  const replaced = `publication "${inputs.name}" is replaced or renamed: a ClickPipe that reads it has to be resynced`;
  const lost = before ? mergeLosses(before.lost ?? [], lossesOf(before, actual, oid, excluded)) : [];
  const names = lost.filter((loss) => isDesired(loss, desired)).map(({ what }) => what);
  return [
    ...(breaking ? [replaced] : []),
    ...(before && oid !== null && oid !== actual.oid ? [`${madeAgain(before, actual)}. ${RESYNC}`] : []),
    ...(names.length > 0 ? [`publication "${inputs.name}" had lost ${names.join(", ")}. ${RESYNC} for these`] : []),
  ];
}

/** What is known of the listed tables that are not there. */
export function whatBecameOf({ before, desired }: Change, { missing }: Survey): string[] {
  const listed = new Set(desired.tables.map(tableKey));
  return [...missing, ...(before?.missing ?? [])].filter((table) => listed.has(tableKey(table))).map(displayMissing);
}

export function madeAgain(state: PublicationState, actual: ActualPublication): string {
  const oids = `(OID ${state.oid}, now ${actual.oid})`;
  // With our token in its comment it came from a run of ours that was cut off, or from a dump.
  if (actual.marked.owner?.token === state.token) return `publication "${actual.name}" was made again ${oids}`;
  return `publication "${actual.name}" was dropped and made again by somebody else ${oids}`;
}
