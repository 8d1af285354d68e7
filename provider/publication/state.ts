import { ARGUMENT_NAMES } from "../lifecycle/argumentNames";
import type { Spelt, StateOf, Unmarked } from "../lifecycle/lifecycle";
import type { Ownership } from "../postgres/sql/mark";
import type { Place } from "../postgres/sql/place";
import { parseTable, type Table, type TableName, type TableSpec } from "../postgres/sql/table";
import type { DesiredPublication } from "./sql/desired";
import type { Filters } from "./sql/filters";
import type { MissingTable } from "./sql/members";
import type { DesiredParameters, Parameters } from "./sql/parameters";
import type { ExcludedColumns } from "./sql/read";

export interface PublicationInputs extends ParameterInputs {
  mark: string;
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
  /** What subscribers get. */
  publishedTables: TableName[];
  excludedColumns: ExcludedColumns[];
  /** OIDs of `tables`, in the same order, by `formatOids`; in states of the first version a list. */
  tableOids: string | number[];
  filters: Filters;
  /** Tables, by `tableKey`, of whose filters nobody knows the text yet, since they were locked at the first look. */
  unread?: string[];
  adopted?: boolean;
  before?: Preexisting;
  /** What a refresh found missing, until an update mends it: changes made meanwhile are lost to the pipe. */
  lost?: Loss[];
  /** Tables that a refresh no longer found under their names, until an update. */
  missing?: MissingTable[];
}

export type PublicationState = StateOf<PublicationInputs, PublicationOutputs>;

/** What an adopted publication was like before, where we changed it: all that its delete takes back. */
export interface Preexisting extends DesiredParameters {
  owner?: string;
  added?: TableSpec[];
  addedSchemas?: string[];
  /** Tables that had other columns or another filter. */
  changed?: Table[];
  /** Empty: there was none. */
  comment?: string;
  /** Somebody else's mark. */
  owned?: Ownership;
}

/** Something that was published and no longer is: what changed meanwhile never reached ClickHouse. */
export interface Loss {
  what: string;
  /** Of what: the key of a table, a schema or an operation. */
  table?: string;
  schema?: string;
  operation?: string;
}

export function toDesired(inputs: Unmarked<PublicationInputs>): DesiredPublication {
  const { name, allTables = false, tables = [], schemas = [], owner } = inputs;
  return { name, allTables, tables: tables.map(parseTable), schemas, ...toParameters(inputs), owner };
}

/** The parameters by the names that they have among the arguments, and the other way round. */
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

/** After `.get()` there is nothing but the id, which is the name. */
export function named(state: PublicationState): PublicationState {
  return { ...state, name: state.name ?? state.id };
}

function pick<T, Key extends keyof T>(from: T, names: readonly Key[]): Pick<T, Key> {
  return Object.fromEntries(names.map((name) => [name, from[name]])) as Pick<T, Key>;
}

/** The tables of the state, each with the OID that it had, unless this is another database than then (`oid` is null). */
export function tablesOf(state: PublicationState, oid: number | null): (Table & { oid?: number })[] {
  const known = oid === null ? [] : parseOids(state.tableOids);
  const oids = known.length === state.tables?.length ? known : undefined;
  return (state.tables ?? []).map(parseTable).map((table, index) => ({ ...table, oid: oids?.[index] }));
}

/** One text, since a state of thousands of values slows every run down. */
export function formatOids(oids: (number | undefined)[]): string {
  return oids.map((oid) => oid ?? "").join(",");
}

function parseOids(oids: string | number[] = ""): (number | undefined)[] {
  return typeof oids === "string" ? oids.split(",").map((oid) => (oid === "" ? undefined : Number(oid))) : oids;
}
