import type { Context } from "../lifecycle/context";
import type { Found } from "../lifecycle/lifecycle";
import { type Whose, whose } from "../ownership/whose";
import { placeOf, readServer, type Server } from "../postgres/sql/server";
import { affectedSlots, readSlots } from "../postgres/sql/slots";
import { tableKey } from "../postgres/sql/table";
import { goneDrift, identityDrift, unsafeDrift } from "./drift";
import { whatBecame } from "./fates/whatBecame";
import { liveInputs } from "./liveInputs";
import { lossesOf, mergeLosses } from "./losses";
import type { ActualPublication } from "./sql/actual";
import { type Filters, type KnownFilter, knownFilter } from "./sql/filters";
import { readPublishedTables } from "./sql/members";
import { type MissingTable, readMissingTables } from "./sql/missing";
import { readActual, readExcludedColumns, type Which } from "./sql/read";
import { readUnsafe } from "./sql/safety";
import { readFormerSchemas } from "./sql/schemas";
import {
  argumentsOf,
  filtersByOid,
  formatOids,
  named,
  type PublicationInputs,
  type PublicationOutputs,
  type PublicationState,
  trackedTables,
} from "./state";
import { rememberRead, warnOfUnread } from "./unread";

export async function readPublication(
  context: Context,
  stored: PublicationState,
): Promise<Found<PublicationInputs, PublicationOutputs> | undefined> {
  const state = named(stored);
  const isKnown = state.target !== undefined;
  const oid = context.oidOf(state.oid);
  const live = await readLive(context, state, oid);
  const { server, actual, slots, unsafe, published, excluded, missing, schemas } = live;
  context.refuseOtherPlace(server, state);
  if (!actual) {
    if (slots.length === 0 || !isKnown) return undefined;
    return { outputs: {}, inputs: argumentsOf(state), drift: goneDrift(state, slots) };
  }
  warnOfUnread(context, actual);
  const stillMissing = isKnown ? allMissing(state, actual, missing) : [];
  const lost = isKnown
    ? mergeLosses(state.lost ?? [], lossesOf(state, oid, { actual, excluded, missing, schemas }))
    : [];
  const filters = filtersByOid(state, oid);
  const inputs = liveInputs(state, actual, filters);
  return {
    outputs: {
      // The old OID stays until an update has warned about what a new one means for the pipe.
      oid: oid ?? actual.oid,
      target: placeOf(server),
      publishedTables: published,
      excludedColumns: excluded,
      tableOids: formatOids(inputs.tables === undefined ? [] : actual.tables.map((table) => table.oid)),
      schemaOids: { ...state.schemaOids, ...actual.schemaOids },
      lost: lost.length > 0 ? lost : undefined,
      missing: stillMissing.length > 0 ? stillMissing : undefined,
      ...followTables(state, filters, actual),
      ...rememberRead(state, actual),
    },
    inputs,
    drift: [
      ...(isKnown ? identityDrift(state, actual, oid, whoseLive(context, state, server, actual, oid), server) : []),
      ...whatBecame(stillMissing, schemas, lost),
      ...(state.allowUnsafeTables ? [] : unsafeDrift(unsafe)),
    ],
  };
}

/** Reads everything in one round trip, and again if the connection was lost. */
async function readLive(context: Context, state: PublicationState, oid: number | null) {
  const which: Which = [oid, state.name];
  const [server, actual, slots, unsafe, published, excluded, missing, schemas] = await context.postgres.read(
    (session) =>
      session.ask(
        readServer,
        readActual(session.version, { filters: filtersByOid(state, oid), waits: false }, ...which),
        readSlots(state.name),
        readUnsafe(session.version, ...which),
        readPublishedTables(session.version, ...which),
        readExcludedColumns(session.version, ...which),
        readMissingTables(trackedTables(state, oid), ...which),
        readFormerSchemas(oid === null ? undefined : state.schemaOids),
      ),
  );
  const slotNames = affectedSlots(slots).map(({ name }) => name);
  return { server, actual, slots: slotNames, unsafe, published, excluded, missing, schemas };
}

/** Keeps the recorded filters with their tables, under the names that these have now. */
function followTables(
  { filters: recorded }: PublicationState,
  filters: Filters,
  actual: ActualPublication,
): Pick<PublicationOutputs, "filters"> | undefined {
  const isByName = ([name]: [string, KnownFilter]) => name.startsWith('"');
  const followed = actual.tables.flatMap((table): [string, KnownFilter][] => {
    const known = knownFilter(filters, table);
    return known ? [[tableKey(table), known]] : [];
  });
  const now = { ...Object.fromEntries(Object.entries(filters).filter(isByName)), ...Object.fromEntries(followed) };
  return recorded && followed.some(([name]) => !(name in recorded)) ? { filters: now } : undefined;
}

/** In a database that was moved the OID means nothing: the publication of that name counts as the one in the state. */
function whoseLive(
  context: Context,
  state: PublicationState,
  server: Server,
  actual: ActualPublication,
  oid: number | null,
): Whose {
  const { token } = state;
  return whose(actual, context.asker(placeOf(server), state, { token, oid: oid ?? actual.oid }));
}

/** What this refresh misses and, until an update, what the refreshes before it missed. */
function allMissing(state: PublicationState, actual: ActualPublication, now: MissingTable[]): MissingTable[] {
  const there = new Set([...actual.tables, ...now].map(tableKey));
  return [...(state.missing ?? []).filter((table) => !there.has(tableKey(table))), ...now];
}
