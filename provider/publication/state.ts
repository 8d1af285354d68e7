import type { Inputs } from "../lifecycle/arguments";
import type { Ownership } from "../postgres/sql/mark";
import { parseTable, type Table, type TableSpec } from "../postgres/sql/table";
import type { DesiredPublication } from "./sql/desired";
import type { Filters } from "./sql/filters";
import type { MissingTable } from "./sql/members";

export interface PublicationInputs extends Inputs {
  mark: string;
  name: string;
  allTables?: boolean;
  tables?: TableSpec[];
  schemas?: string[];
  publish?: string[];
  publishViaPartitionRoot?: boolean;
  publishGeneratedColumns?: "none" | "stored";
  owner?: string;
  comment?: string;
  adopt?: boolean;
  deleteAdopted?: boolean;
  allowReplace?: boolean;
  allowUnsafeTables?: boolean;
  allowLeftoverSlots?: boolean;
}

export interface PublicationState extends PublicationInputs {
  oid: number;
  target: unknown;
  token: string;
  /** OIDs of `tables`, in the same order, by `formatOids`; in states of the first version a list. */
  tableOids?: string | number[];
  filters?: Filters;
  /** Tables, by `tableKey`, of whose filters nobody knows the text yet, since they were locked at the first look. */
  unread?: string[];
  adopted?: boolean;
  /** What an adopted publication was like before, where we changed it. */
  before?: FoundBefore;
  /** What a refresh found missing, until an update mends it: changes made meanwhile are lost to the pipe. */
  lost?: Loss[];
  /** Tables that a refresh no longer found under their names, until an update. */
  missing?: MissingTable[];
}

export function toDesired(inputs: PublicationInputs): DesiredPublication {
  const { name, allTables = false, tables = [], schemas = [], publish, owner } = inputs;
  return {
    name,
    allTables,
    tables: tables.map(parseTable),
    schemas,
    publish,
    viaRoot: inputs.publishViaPartitionRoot,
    generatedColumns: inputs.publishGeneratedColumns,
    owner,
  };
}

/** The tables of the state, each with the OID that it had, unless this is another database than then (`oid` is null). */
export function tablesOf(state: PublicationState, oid: number | null) {
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
/** What an adopted publication was like before, where we changed it: all that its delete takes back. */

export interface FoundBefore extends Partial<DesiredPublication> {
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
