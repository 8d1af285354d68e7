import type { Whose } from "../ownership/whose";
import type { Place } from "../postgres/sql/place";
import { samePlace } from "../postgres/sql/server";
import {
  displayIdentifier,
  displayTable,
  parseTable,
  type Table,
  type TableName,
  tableKey,
} from "../postgres/sql/table";
import type { Decision } from "./decide";
import { currentName, isReplaced } from "./fates/whatBecame";
import type { ActualPublication, PublishedTable } from "./sql/actual";
import type { DesiredPublication } from "./sql/desired";
import { knownFilter } from "./sql/filters";
import type { MissingTable } from "./sql/missing";
import type { FormerSchema } from "./sql/schemas";
import { type Loss, type PublicationInputs, type PublicationState, tablesOf, trackedTables } from "./state";
import type { Change, Survey } from "./survey";

/** What was read about a publication that the state knows. */
export interface Found {
  actual: ActualPublication;
  /** For tables with a column list, the columns that are not listed now. */
  excluded: Table[];
  missing: MissingTable[];
  schemas: FormerSchema[];
}

/** What the state has as published and a reader of the publication no longer gets, or did not get for a while. */
export function lossesOf(state: PublicationState, oid: number | null, found: Found): Loss[] {
  const { allTables } = found.actual;
  return [
    ...(allTables ? [] : tableLosses(state, oid, found)),
    ...(allTables ? [] : schemaLosses(state, found)),
    ...parameterLosses(state, found.actual),
  ];
}

/**
 * Two questions about each table. Is the relation that was published still published, whatever it is called now? And is the one
 * that has its name now published, and was it from the beginning?
 */
function tableLosses(state: PublicationState, oid: number | null, { actual, excluded, missing }: Found): Loss[] {
  const before = new Map(tablesOf(state, oid).map((table) => [tableKey(table), table]));
  const oids = new Set([...before.values()].map((table) => table.oid));
  const byOid = new Map(actual.tables.map((table) => [table.oid, table]));
  const byName = new Map(actual.tables.map((table) => [tableKey(table), table]));
  const fates = new Map(missing.map((table) => [tableKey(table), table]));
  const leftOut = new Map(excluded.map((table) => [tableKey(table), table.columns ?? []]));
  const isWhole = (schema: string) => actual.schemas.includes(schema);
  const wasWhole = (schema: string) => state.schemas?.includes(schema) === true && isWhole(schema);
  return trackedTables(state, oid).flatMap((tracked): Loss[] => {
    const key = tableKey(tracked);
    const fate = fates.get(key);
    const replaced = fate && isReplaced(fate) ? fate : undefined;
    const wasPublished = replaced?.listed && oids.has(replaced.named ?? undefined);
    const other =
      replaced && !wasPublished && !wasWhole(tracked.schema)
        ? [{ what: `table ${displayTable(tracked)}`, table: key }]
        : [];
    const now =
      (tracked.oid === undefined ? undefined : byOid.get(tracked.oid)) ?? (replaced ? undefined : byName.get(key));
    if (now) {
      const known = before.get(key);
      if (!known || isWhole(now.schema)) return other;
      return [...other, ...contentLosses(state, known, now, leftOut.get(tableKey(now)) ?? [])];
    }
    const name: TableName | undefined = fate?.nowSchema === undefined ? tracked : currentName(fate);
    // What was dropped makes no more changes.
    if (name === undefined || isWhole(name.schema)) return other;
    return [...other, { what: `table ${displayTable(name)}`, ...ofRelation(tracked, name) }];
  });
}

/** A loss of a relation follows its OID. Without one, it goes by the name. */
function ofRelation({ oid }: { oid?: number | undefined }, name: TableName): Pick<Loss, "oid" | "table"> {
  return { table: tableKey(name), ...(oid !== undefined && { oid }) };
}

function contentLosses(
  state: PublicationState,
  before: Table & { oid?: number },
  now: PublishedTable,
  leftOut: string[],
): Loss[] {
  const of = ofRelation(before, now);
  const losses: Loss[] = [];
  const filter = state.filters && knownFilter(state.filters, { schema: before.schema, name: before.name });
  const isSame = filter?.stored === now.where || (filter?.tree !== undefined && filter.tree === now.tree);
  if (!isSame && !state.unread?.includes(tableKey(before)))
    losses.push({ what: `the row filter of ${displayTable(now)}`, ...of });
  const { columns } = now;
  if (columns && !before.columns) losses.push({ what: `columns of ${displayTable(now)}`, ...of });
  // A column that was renamed is still listed.
  const gone = before.columns?.filter((name) => leftOut.includes(name)) ?? [];
  if (gone.length > 0)
    losses.push({ what: `columns ${gone.map(displayIdentifier).join(", ")} of ${displayTable(now)}`, ...of });
  return losses;
}

/** A schema that was renamed is still published. One that took its name is not. */
function schemaLosses(state: PublicationState, { actual, schemas }: Found): Loss[] {
  const published = new Set(actual.schemas);
  const former = new Map(schemas.map((schema) => [schema.was, schema]));
  const oids = new Set(state.schemas?.map((name) => state.schemaOids?.[name]));
  const lost = (name: string): Loss => ({ what: `schema ${displayIdentifier(name)}`, schema: name });
  return (state.schemas ?? []).flatMap((name): Loss[] => {
    const fate = former.get(name);
    if (!fate) return published.has(name) ? [] : [lost(name)];
    const { now, named } = fate;
    const wasPublished = named !== null && published.has(name) && oids.has(named);
    const other = named === null || wasPublished ? [] : [lost(name)];
    return now === null || published.has(now) ? other : [...other, lost(now)];
  });
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

/** What the program no longer asks for counts as no loss. A relation counts under the name that it has now. */
function isDesired(
  { table, oid, schema, operation }: Loss,
  desired: DesiredPublication,
  names: Map<number, string>,
): boolean {
  const key = (oid === undefined ? undefined : names.get(oid)) ?? table;
  if (key !== undefined) return desired.tables.some((listed) => tableKey(listed) === key);
  if (schema !== undefined) return desired.schemas.includes(schema);
  return operation === undefined || desired.publish === undefined || desired.publish.includes(operation);
}

/** The current names of the relations that are published or were, by OID. */
function currentNames({ actual, missing }: Pick<Found, "actual" | "missing">): Map<number, string> {
  const moved = missing.flatMap((table): [number, string][] => {
    const name = currentName(table);
    return name && typeof table.oid === "number" ? [[table.oid, tableKey(name)]] : [];
  });
  return new Map([...moved, ...actual.tables.map((table): [number, string] => [table.oid, tableKey(table)])]);
}

const MISSED = "Changes made in the meantime never reached ClickHouse.";

/** The lines that follow a sentence on what a pipe has missed. */
export const RESYNC = `${MISSED}\nResync the pipe.`;
const RESYNC_THESE = `${MISSED}\nResync the pipe for these.`;

/** Says that a pipe cannot go on in a database that was restored or moved. */
const SLOTS_STAY_BEHIND = "replication slots do not move with a database";

/** Warns about what a reader of the publication misses, and about a change that breaks it. */
export function lossWarnings(
  { inputs, before, desired, oid }: Change,
  { excluded, missing, schemas, server }: Survey,
  actual: ActualPublication,
  { found, breaking }: Pick<Decision, "found" | "breaking">,
): string[] {
  const replaced = `publication "${inputs.name}" is replaced or renamed.\nResync every ClickPipe that reads it.`;
  const seen = { actual, excluded, missing, schemas };
  const lost = before ? mergeLosses(before.lost ?? [], lossesOf(before, oid, seen)) : [];
  const names = currentNames(seen);
  const wanted = lost.filter((loss) => isDesired(loss, desired, names)).map(({ what }) => what);
  return [
    ...(breaking ? [replaced] : []),
    ...(before && hasMoved(before, server) ? [`${describeMove(before)}.\n${RESYNC}`] : []),
    ...(before && oid !== null && oid !== actual.oid
      ? [`${describeRecreation(before, actual, found)}.\n${RESYNC}`]
      : []),
    ...(wanted.length > 0 ? [`publication "${inputs.name}" had lost ${wanted.join(", ")}.\n${RESYNC_THESE}`] : []),
  ];
}

/**
 * What a preview can tell, which does not know the state: the program listed it before, or the last refresh found that something
 * happened to it, and now it has to be published again.
 */
export function holesInPreview(
  before: Partial<PublicationInputs>,
  { existing, absent }: Pick<Decision, "existing" | "absent">,
  drift: readonly string[],
): string[] {
  if (before.name === undefined || !existing || before.allTables) return [];
  const { actual, plan } = existing;
  const listed = new Set((before.tables ?? []).map(parseTable).map(tableKey));
  const happened = (what: string) => drift.some((sentence) => sentence.startsWith(`${what} `));
  const tables = plan.added
    .filter(({ schema }) => !actual.schemas.includes(schema))
    .map((table) => ({ what: `table ${displayTable(table)}`, wasListed: listed.has(tableKey(table)) }));
  const schemas = plan.addedSchemas.map((name) => ({
    what: `schema ${displayIdentifier(name)}`,
    wasListed: before.schemas?.includes(name) === true,
  }));
  const lost = [...tables, ...schemas].filter(({ what, wasListed }) => wasListed || happened(what));
  const names = lost.map(({ what }) => what).filter((what) => !absent.includes(what));
  return names.length > 0 ? [`these are no longer published as before: ${names.join(", ")}.\n${RESYNC_THESE}`] : [];
}

/** Whether this is another database than that of the state, such as a restored branch or another server. */
export function hasMoved({ target }: Pick<PublicationState, "target">, here: Place): boolean {
  return target !== undefined && !samePlace(target, here);
}

export function describeMove({ name }: PublicationState): string {
  return `publication "${name}" is in another database than before, and ${SLOTS_STAY_BEHIND}`;
}

export function describeRecreation(state: PublicationState, actual: ActualPublication, found?: Whose): string {
  const oids = `(OID ${state.oid}, now ${actual.oid})`;
  // It comes from an interrupted run or a later create of this resource, or from a dump.
  if (found?.is === "current" || found?.is === "sameResource")
    return `publication "${actual.name}" was recreated ${oids}`;
  return `publication "${actual.name}" was dropped and recreated outside this resource ${oids}`;
}
