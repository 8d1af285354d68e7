import { ARGUMENT_NAMES } from "../lifecycle/argumentNames";
import type { Inputs } from "../lifecycle/arguments";
import type { Context } from "../lifecycle/context";
import type { Found } from "../lifecycle/lifecycle";
import { displayBlocker } from "../postgres/errors";
import { placeOf, readServer, toServer } from "../postgres/sql/server";
import { affectedSlots, readSlots } from "../postgres/sql/slots";
import { displayTable, formatTable, parseTable, type Table, type TableSpec, tableKey } from "../postgres/sql/table";
import { displayMissing, lossesOf, madeAgain, mergeLosses } from "./losses";
import type { ActualPublication, PublishedTable } from "./sql/actual";
import { rememberFilters } from "./sql/filters";
import { type MissingTable, readMissingTables, readPublishedTables } from "./sql/members";
import { readExcludedColumns, readPublication, toPublication, type Which } from "./sql/read";
import { displayUnsafe, readUnsafe, type UnsafeTable } from "./sql/safety";
import { formatOids, type PublicationState, tablesOf } from "./state";

export async function readPublicationResource(
  context: Context,
  id: string,
  inputs: Inputs,
): Promise<Found | undefined> {
  const state = { ...inputs, name: inputs.name ?? id } as PublicationState;
  const oid = context.oidOf(state.oid);
  const { server, actual, slots, unsafe, published, excluded, missing } = await readLive(context, state, oid);
  context.checkPlace(server, state);
  if (!actual) return gone(state, slots);
  sayUnreadFilters(context, actual);
  const known = state.target !== undefined;
  const stillMissing = known ? allMissing(state, actual, missing) : [];
  const lost = known ? mergeLosses(state.lost ?? [], lossesOf(state, actual, oid, excluded)) : [];
  const live = liveInputs(state, actual);
  return {
    outputs: {
      // The old OID stays until an update has said what a new one means for the pipe.
      oid: oid ?? actual.oid,
      target: placeOf(server),
      publishedTables: published,
      excludedColumns: excluded,
      tableOids: formatOids(live.tables === undefined ? [] : actual.tables.map((table) => table.oid)),
      lost: nonEmpty(lost),
      missing: nonEmpty(stillMissing),
      ...rememberRead(state, actual, known),
    },
    inputs: live,
    drift: [
      ...(known ? identityDrift(state, actual, oid) : []),
      ...stillMissing.map(displayMissing),
      ...(state.allowUnsafeTables ? [] : unsafeDrift(unsafe)),
    ],
  };
}

/** At the first look of what is not ours, and later of what could not be looked at then. */
function rememberRead(state: PublicationState, actual: ActualPublication, known: boolean): Partial<PublicationState> {
  const waiting = known ? (state.unread ?? []) : actual.tables.map(tableKey);
  if (waiting.length === 0) return {};
  const tables = actual.tables.filter((table) => waiting.includes(tableKey(table)));
  const unread = tables.filter(({ heldBy }) => heldBy !== undefined).map(tableKey);
  const read = tables.filter(({ heldBy }) => heldBy === undefined);
  return {
    filters: { ...state.filters, ...rememberFilters({ ...actual, tables: read }, actual) },
    unread: nonEmpty(unread),
  };
}

/** What the state says of them stays. */
export function sayUnreadFilters(context: Context, { tables }: ActualPublication): void {
  for (const { heldBy, ...table } of tables) {
    if (heldBy === undefined) continue;
    context.warn(
      `the row filter of ${displayTable(table)} is not the one that is known, and cannot be read while ${displayBlocker(heldBy)} ` +
        "has the table locked: run `pulumi refresh` when that is done",
    );
  }
}

/** In one round trip, read again where the connection was lost. */
async function readLive(context: Context, state: PublicationState, oid: number | null) {
  const which: Which = [oid, state.name];
  const answers = await context.postgres.read((session) =>
    session.run(
      readServer,
      readPublication(session.version, { filters: state.filters ?? {}, waits: false }, ...which),
      readSlots(state.name),
      readUnsafe(session.version, ...which),
      readPublishedTables(session.version, ...which),
      readExcludedColumns(session.version, ...which),
      readMissingTables(tablesOf(state, oid), ...which),
    ),
  );
  const [server, actual, slots, unsafe, published, excluded, missing] = answers.map(({ rows }) => rows);
  return {
    server: toServer(server?.[0] ?? {}),
    actual: toPublication(actual?.[0], state.filters),
    slots: affectedSlots(slots ?? []).map(({ name }) => name),
    unsafe: unsafe as unknown as UnsafeTable[],
    published: published ?? [],
    excluded: (excluded ?? []) as unknown as Table[],
    missing: missing as unknown as MissingTable[],
  };
}

function nonEmpty<T>(list: T[]): T[] | undefined {
  return list.length > 0 ? list : undefined;
}

/** While slots exist it is not reported gone: Pulumi would make it again without a word about the changes that are lost. */
function gone(state: PublicationState, slots: string[]): Found | undefined {
  if (slots.length === 0 || state.target === undefined) return undefined;
  const drift = [
    `publication "${state.name}" is gone while there is slot ${slots.join(", ")}: once it is made again, the pipe has to be resynced`,
  ];
  return { outputs: {}, inputs: argumentsOf(state), drift };
}

function argumentsOf(state: PublicationState): Inputs {
  return Object.fromEntries(ARGUMENT_NAMES.Publication.map((name) => [name, state[name]]));
}

function liveInputs(state: PublicationState, actual: ActualPublication): Inputs {
  const given = new Map((state.tables ?? []).map(parseTable).map((table) => [tableKey(table), table.where]));
  const tables = actual.tables.map((table) => liveTable(table, given.get(tableKey(table)), state));
  const unknown = state.target === undefined;
  const listed = (list: unknown[], wished: unknown) => list.length > 0 || (wished !== undefined && !actual.allTables);
  return {
    ...argumentsOf(state),
    name: actual.name,
    allTables: actual.allTables || undefined,
    tables: listed(tables, state.tables) ? tables : undefined,
    schemas: listed(actual.schemas, state.schemas) ? actual.schemas : undefined,
    ...((state.publish !== undefined || unknown) && { publish: actual.publish }),
    ...((state.publishViaPartitionRoot !== undefined || unknown) && { publishViaPartitionRoot: actual.viaRoot }),
    ...((state.publishGeneratedColumns !== undefined || unknown) && {
      publishGeneratedColumns: actual.generatedColumns,
    }),
    ...((state.owner !== undefined || unknown) && { owner: actual.owner }),
    ...((state.comment !== undefined || unknown) && { comment: actual.marked.comment ?? "" }),
  };
}

/** The filter as the program wrote it, as long as the server still has what it made of that text. */
function liveTable(
  { schema, name, columns, where }: PublishedTable,
  given: string | undefined,
  state: PublicationState,
): TableSpec {
  const unchanged = given !== undefined && state.filters?.[tableKey({ schema, name })]?.stored === where;
  const filter = unchanged ? given : where;
  return formatTable({ schema, name, ...(columns && { columns }), ...(filter !== undefined && { where: filter }) });
}

/** Those of this refresh and, until an update, those of the ones before. */
function allMissing(state: PublicationState, actual: ActualPublication, now: MissingTable[]): MissingTable[] {
  const there = new Set([...actual.tables, ...now].map(tableKey));
  return [...(state.missing ?? []).filter((table) => !there.has(tableKey(table))), ...now];
}

function identityDrift(state: PublicationState, actual: ActualPublication, oid: number | null): string[] {
  const drift = oid === null || oid === actual.oid ? [] : [`${madeAgain(state, actual)}: the pipe has to be resynced`];
  const { owner } = actual.marked;
  if (actual.mayAlter && owner?.token !== state.token && (owner === undefined || owner.mark === state.mark)) {
    drift.push(`publication "${actual.name}" does not bear this resource's mark in its comment`);
  }
  return drift;
}

function unsafeDrift(unsafe: UnsafeTable[]): string[] {
  const most = 20;
  const shown = unsafe
    .slice(0, most)
    .map((table) => `UPDATE or DELETE fails in the application: ${displayUnsafe(table)}`);
  return unsafe.length > most ? [...shown, `so it does for ${unsafe.length - most} more tables`] : shown;
}
