import { type DesiredPublication, rememberFilters } from "../sql/publicationPlan";
import {
  type ActualPublication,
  type PublishedTable,
  readExcludedColumns,
  readPublication,
  readPublishedTables,
  toPublication,
} from "../sql/publicationRead";
import { displayUnsafe, readUnsafe, type UnsafeTable } from "../sql/publicationSafety";
import { placeOf, readServer, toServer } from "../sql/server";
import { affectedSlots, displaySlot, readSlots } from "../sql/slots";
import { displayIdentifier, displayTable, formatTable, parseTable, type TableSpec, tableKey } from "../sql/table";
import type { Inputs } from "./arguments";
import type { Context } from "./context";
import type { Found } from "./lifecycle";
import type { PublicationState } from "./publication";

export async function readPublicationResource(
  context: Context,
  id: string,
  inputs: Inputs,
): Promise<Found | undefined> {
  const state = { ...inputs, name: inputs.name ?? id } as PublicationState;
  const oid = state.oid ?? null;
  const [serverAnswer, found, slots, unsafeAnswer, published, excluded] = await context.postgres.use((session) =>
    session.run(
      readServer,
      readPublication(session.version, oid, state.name),
      readSlots(state.name),
      readUnsafe(session.version, oid, state.name),
      readPublishedTables(oid, state.name),
      readExcludedColumns(session.version, oid, state.name),
    ),
  );
  const server = toServer(serverAnswer?.rows[0] ?? {});
  context.checkPlace(server, state);
  const actual = toPublication(found?.rows[0]);
  if (!actual) return gone(state, affectedSlots(slots?.rows ?? []).map(displaySlot));
  const unsafe = state.allowUnsafeTables ? [] : ((unsafeAnswer?.rows ?? []) as unknown as UnsafeTable[]);
  const known = state.target !== undefined;
  const lost = known ? [...new Set([...(state.lost ?? []), ...lossesOf(state, actual)])] : [];
  return {
    outputs: {
      // The old OID stays until an update has said what a new one means for the pipe.
      oid: state.oid ?? actual.oid,
      target: placeOf(server),
      publishedTables: published?.rows ?? [],
      excludedColumns: excluded?.rows ?? [],
      ...(lost.length > 0 && { lost }),
      ...(!known && { filters: rememberFilters(asDesired(actual), actual) }),
    },
    inputs: liveInputs(state, actual),
    drift: [
      ...driftOf(state, actual),
      ...unsafe.map((table) => `UPDATE or DELETE fails in the application: ${displayUnsafe(table)}`),
    ],
  };
}

/** While slots exist it is not reported gone: Pulumi would make it again without a word about the changes that are lost. */
function gone(state: PublicationState, slots: string[]): Found | undefined {
  if (slots.length === 0 || state.target === undefined) return undefined;
  const { drift: _drift, ...rest } = state as Inputs;
  const drift = [
    `publication "${state.name}" is gone while there is ${slots.join(", ")}: once it is made again, the pipe has to be resynced`,
  ];
  return { outputs: {}, inputs: inputsOf(rest as PublicationState), drift };
}

const INPUTS = [
  "name",
  "allTables",
  "tables",
  "schemas",
  "publish",
  "publishViaPartitionRoot",
  "publishGeneratedColumns",
  "owner",
  "comment",
  "adopt",
  "deleteAdopted",
  "allowReplace",
  "allowUnsafeTables",
  "allowLeftoverSlots",
] as const;

function inputsOf(state: PublicationState): Inputs {
  return Object.fromEntries(INPUTS.map((name) => [name, state[name]]));
}

function liveInputs(state: PublicationState, actual: ActualPublication): Inputs {
  const given = new Map((state.tables ?? []).map((spec) => [tableKey(parseTable(spec)), parseTable(spec)]));
  const tables = actual.tables.map((table) => liveTable(table, given.get(tableKey(table))?.where, state));
  const unknown = state.target === undefined;
  return {
    ...inputsOf(state),
    name: actual.name,
    allTables: actual.allTables || undefined,
    tables: tables.length > 0 || (state.tables !== undefined && !actual.allTables) ? tables : undefined,
    schemas:
      actual.schemas.length > 0 || (state.schemas !== undefined && !actual.allTables) ? actual.schemas : undefined,
    ...((state.publish !== undefined || unknown) && { publish: actual.publish }),
    ...((state.publishViaPartitionRoot !== undefined || unknown) && { publishViaPartitionRoot: actual.viaRoot }),
    ...(state.publishGeneratedColumns !== undefined && { publishGeneratedColumns: actual.generatedColumns }),
    ...(state.owner !== undefined && { owner: actual.owner }),
    ...(state.comment !== undefined && { comment: actual.marked.comment ?? "" }),
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

/** What the state says is published and no longer is; with `desired`, only what is still wished for. */
export function lossesOf(state: PublicationState, actual: ActualPublication, desired?: DesiredPublication): string[] {
  if (actual.allTables) return operationsLost(state, actual);
  const there = new Map(actual.tables.map((table) => [tableKey(table), table]));
  const wished = desired && new Set(desired.tables.map(tableKey));
  const tables = (state.tables ?? []).map(parseTable).filter((table) => !wished || wished.has(tableKey(table)));
  return [
    ...tables.filter((table) => !there.has(tableKey(table))).map((table) => `table ${displayTable(table)}`),
    ...tables
      .filter((table) => {
        const stored = state.filters?.[tableKey(table)]?.stored;
        const now = there.get(tableKey(table));
        return now !== undefined && stored !== undefined && now.where !== stored;
      })
      .map((table) => `the row filter of ${displayTable(table)}`),
    ...(state.schemas ?? [])
      .filter((name) => !actual.schemas.includes(name))
      .map((name) => `schema ${displayIdentifier(name)}`),
    ...operationsLost(state, actual),
  ];
}

function operationsLost(state: PublicationState, actual: ActualPublication): string[] {
  return (state.publish ?? [])
    .filter((operation) => !actual.publish.includes(operation))
    .map((operation) => `operation ${operation}`);
}

function driftOf(state: PublicationState, actual: ActualPublication): string[] {
  if (state.target === undefined) return [];
  const drift: string[] = [];
  if (state.oid !== actual.oid) {
    drift.push(
      `publication "${actual.name}" was dropped and made again by somebody else (OID ${state.oid}, now ${actual.oid}): the pipe has to be resynced`,
    );
  }
  const owner = actual.marked.owner;
  if (actual.mayAlter && owner?.token !== state.token && (owner === undefined || owner.mark === state.mark)) {
    drift.push(`publication "${actual.name}" does not bear this resource's mark in its comment`);
  }
  return drift;
}

function asDesired({ name, allTables, tables, schemas }: ActualPublication): DesiredPublication {
  return { name, allTables, tables, schemas };
}
