import { ARGUMENT_NAMES } from "../lifecycle/argumentNames";
import type { Spelt, StateOf, Unmarked } from "../lifecycle/lifecycle";
import { pick } from "../lifecycle/pick";
import type { Identity, Ownership } from "../postgres/sql/mark";
import type { Place } from "../postgres/sql/place";
import { parseTable, type Table, type TableName, type TableSpec, tableKey } from "../postgres/sql/table";
import type { DesiredPublication } from "./sql/desired";
import type { Filters } from "./sql/filters";
import type { MissingTable, TrackedTable } from "./sql/missing";
import type { DesiredParameters, Parameters } from "./sql/parameters";
import type { ExcludedColumns } from "./sql/read";
import type { SchemaOids } from "./sql/schemas";

export interface PublicationInputs extends ParameterInputs, Identity {
  name: string;
  allTables?: boolean;
  tables?: TableSpec[];
  schemas?: string[];
  owner?: string;
  comment?: string;
  adopt?: boolean;
  deleteAdopted?: boolean;
  allowReplace?: boolean;
  allowUnsafeTables?: boolean;
  allowLeftoverSlots?: boolean;
}

interface ParameterInputs {
  publish?: string[];
  publishViaPartitionRoot?: boolean;
  publishGeneratedColumns?: "none" | "stored";
}

export interface PublicationOutputs {
  oid: number;
  target: Place;
  token: string;
  /** What subscribers receive. */
  publishedTables: TableName[];
  excludedColumns: ExcludedColumns[];
  /** OIDs of `tables`, in the same order, written by `formatOids`. States of the first version have a list. */
  tableOids: string | number[];
  filters: Filters;
  /** OIDs of the published schemas and of the schemas of listed tables. */
  schemaOids?: SchemaOids;
  /** Tables, by `tableKey`, whose filter texts are not known yet because the tables were locked at the first read. */
  unread?: string[];
  adopted?: boolean;
  before?: Preexisting;
  /** What a refresh found missing, until an update fixes it. The pipe never receives the changes made until then. */
  lost?: Loss[];
  /** Tables that a refresh did not find under their names, until an update. */
  missing?: MissingTable[];
}

export type PublicationState = StateOf<PublicationInputs, PublicationOutputs>;

/** The original version of what was changed in an adopted publication: all that delete restores. */
export interface Preexisting extends DesiredParameters {
  owner?: string;
  added?: TableSpec[];
  addedSchemas?: string[];
  /** Tables that had other columns or another filter. */
  changed?: Table[];
  /** Empty if there was none. */
  comment?: string;
  /** The mark of another resource. */
  owned?: Ownership;
}

/** Something that was published and no longer is, so that changes to it do not reach ClickHouse. */
export interface Loss {
  what: string;
  /** What it belongs to: the key of a table, the OID of a relation whatever it is called, a schema or an operation. */
  table?: string;
  oid?: number;
  schema?: string;
  operation?: string;
}

export function toDesired(inputs: Unmarked<PublicationInputs>): DesiredPublication {
  const { name, allTables = false, tables = [], schemas = [], owner } = inputs;
  return { name, allTables, tables: tables.map(parseTable), schemas, ...toParameters(inputs), owner };
}

/** Converts the parameters from their argument names; `fromParameters` converts them back. */
function toParameters(inputs: ParameterInputs): Spelt<DesiredParameters> {
  return {
    publish: inputs.publish,
    viaRoot: inputs.publishViaPartitionRoot,
    generatedColumns: inputs.publishGeneratedColumns,
  };
}

export function fromParameters({ publish, viaRoot, generatedColumns }: Parameters): Spelt<ParameterInputs> {
  return { publish, publishViaPartitionRoot: viaRoot, publishGeneratedColumns: generatedColumns };
}

export function argumentsOf(state: PublicationState): Unmarked<PublicationInputs> {
  return pick(state, ARGUMENT_NAMES.Publication);
}

/** After `.get()` the state holds only the id, which is the name. */
export function named(state: PublicationState): PublicationState {
  return { ...state, name: state.name ?? state.id };
}

/** The tables of the state, each with its recorded OID. In another database than that of the state (`oid` is null) OIDs are left out. */
export function tablesOf(state: PublicationState, oid: number | null): (Table & { oid?: number })[] {
  const known = oid === null ? [] : parseOids(state.tableOids);
  const oids = known.length === state.tables?.length ? known : undefined;
  return (state.tables ?? []).map(parseTable).map((table, index) => ({ ...table, oid: oids?.[index] }));
}

/** All tables whose fate matters: those of the state, and those that the refreshes since the last update did not find. */
export function trackedTables(state: PublicationState, oid: number | null): TrackedTable[] {
  const missing = (state.missing ?? []).map(({ schema, name, oid: known }) => ({
    ...{ schema, name },
    ...(oid !== null && known !== undefined && known !== null && { oid: known }),
  }));
  return [...tablesOf(state, oid).map(({ schema, name, oid }) => ({ schema, name, oid })), ...missing];
}

/**
 * The recorded row filters by the OID of their table, which stays when the table is renamed, and by name where no OID is recorded.
 */
export function filtersByOid(state: PublicationState, oid: number | null): Filters {
  const known = tablesOf(state, oid).filter((table) => table.oid !== undefined);
  const keys = new Map(known.map((table) => [tableKey(table), String(table.oid)]));
  return Object.fromEntries(Object.entries(state.filters ?? {}).map(([key, filter]) => [keys.get(key) ?? key, filter]));
}

/** Writes the OIDs as one text, since thousands of values in the state slow down every run. */
export function formatOids(oids: (number | undefined)[]): string {
  return oids.map((oid) => oid ?? "").join(",");
}

function parseOids(oids: string | number[] = ""): (number | undefined)[] {
  return typeof oids === "string" ? oids.split(",").map((oid) => (oid === "" ? undefined : Number(oid))) : oids;
}
