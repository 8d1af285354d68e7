import type { Asker } from "../ownership/whose";
import type { Place } from "../postgres/sql/place";
import { readServer, type Server } from "../postgres/sql/server";
import { affectedSlots, readSlots, type Slot } from "../postgres/sql/slots";
import { type Answers, mapAnswer, type Query, queryNothing, queryRows } from "../postgres/sql/statement";
import { type TableName, tableKey } from "../postgres/sql/table";
import type { ActualPublication } from "./sql/actual";
import { type Child, readChildren, readDeepPartitions } from "./sql/descendants";
import type { DesiredPublication } from "./sql/desired";
import type { Filters } from "./sql/filters";
import { type MarkedPublication, readMarkedPublications } from "./sql/markedPublications";
import { type MissingTable, readMissingTables } from "./sql/missing";
import { type ExcludedColumns, readActual, readExcludedColumns, type Which } from "./sql/read";
import { readUnsafe, readUnsafeDesired, type UnsafeTable } from "./sql/safety";
import { type FormerSchema, readFormerSchemas } from "./sql/schemas";
import { type OwnerFacts, readOwner, readUnpublishable, type UnpublishableTable } from "./sql/unpublishable";
import { type PublicationInputs, type PublicationState, trackedTables } from "./state";

/** A requested change, and what is known before the database is read. */
export interface Change {
  inputs: PublicationInputs;
  desired: DesiredPublication;
  /** The state so far. Absent during creation, and in a preview. */
  before?: PublicationState;
  /** The name so far, if the publication is managed already. */
  formerName?: string;
  /** The OID to look the publication up by. Null if this is another database than that of the state. */
  oid: number | null;
  /** The resource, as it asks whose the publication is. */
  asker: (here: Place) => Asker;
}

/** A change that is carried out, not only previewed. */
export interface MarkedChange extends Change {
  /** The token that the mark on the publication will hold. */
  token: string;
}

/** What a change needs to know first. */
export interface Survey {
  server: Server;
  actual: ActualPublication | undefined;
  unpublishable: UnpublishableTable[];
  missing: MissingTable[];
  /** Schemas of the state that have another name now. */
  schemas: FormerSchema[];
  /** Tables that inherit from one of the desired publication. */
  children: Child[];
  /** Its partitioned tables with partitions of partitions. */
  deepPartitions: TableName[];
  owner: OwnerFacts | undefined;
  nameTaken: boolean;
  /** Tables that are unsafe already. */
  unsafe: UnsafeTable[];
  /** Tables that only this change would make unsafe. */
  newlyUnsafe: UnsafeTable[];
  /** Unsafe tables of extensions and of Neon, in whole schemas. */
  unsafeOfOthers: UnsafeTable[];
  slots: Slot[];
  /** For tables with a column list, the columns that are not in it. */
  excluded: ExcludedColumns[];
  /** In a create, the publications whose comments name the resource. */
  marked: MarkedPublication[];
}

export interface SurveyOptions {
  /** What is known about the row filters. Undefined if their text does not matter. */
  filters: Filters | undefined;
  /** Whether to wait for locks, as a change must. A preview leaves out the filters of locked tables. */
  waits: boolean;
}

/** A session or a transaction. */
interface Asked {
  readonly version: number;
  ask<Q extends readonly Query<unknown>[]>(...queries: Q): Promise<Answers<Q>>;
}

/** Reads everything in one round trip, followed by the answers to `more`. */
export async function survey<More extends readonly Query<unknown>[]>(
  asked: Asked,
  { inputs, desired, before, formerName, oid }: Change,
  options: SurveyOptions,
  ...more: More
): Promise<[Survey, ...Answers<More>]> {
  const { version } = asked;
  const former = formerName === undefined ? [] : [formerName];
  const which: Which = [oid, ...former, desired.name];
  const [
    server,
    actual,
    unpublishable,
    missing,
    schemas,
    children,
    deepPartitions,
    owner,
    nameTaken,
    unsafe,
    unsafeDesired,
    unsafeOfOthers,
    slots,
    excluded,
    marked,
    ...others
  ] = await asked.ask(
    readServer,
    readActual(version, options, ...which),
    readUnpublishable(version, desired.tables, desired.schemas, desired.viaRoot),
    readMissingTables(before ? trackedTables(before, oid) : [], ...which),
    readFormerSchemas(oid === null ? undefined : before?.schemaOids),
    readChildren(desired),
    readDeepPartitions(desired),
    readOwner(version, desired.owner, ...which),
    readNameTaken(desired.name),
    readUnsafe(version, ...which),
    readUnsafeDesired(version, desired, which),
    readUnsafeDesired(version, desired, which, "others"),
    readSlots(formerName ?? desired.name),
    readExcludedColumns(version, ...which),
    formerName === undefined ? readMarkedPublications(inputs.mark) : queryNothing([]),
    ...more,
  );
  const known = new Set(unsafe.map(tableKey));
  const newlyUnsafe = unsafeDesired.filter((table) => !known.has(tableKey(table)));
  const found = {
    server,
    actual,
    unpublishable,
    missing,
    schemas,
    owner,
    nameTaken,
    unsafe,
    newlyUnsafe,
    excluded,
    marked,
  };
  return [{ ...found, unsafeOfOthers, children, deepPartitions, slots: affectedSlots(slots) }, ...others];
}

function readNameTaken(name: string): Query<boolean> {
  const named = queryRows("select from pg_publication where pubname = $1", [name]);
  return mapAnswer(named, (rows) => rows.length > 0);
}
