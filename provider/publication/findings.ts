import type { Answer } from "../postgres/session";
import { readServer, type Server, toServer } from "../postgres/sql/server";
import { affectedSlots, readSlots, type Slot } from "../postgres/sql/slots";
import { type Statement, statement } from "../postgres/sql/statement";
import { type Table, tableKey } from "../postgres/sql/table";
import type { ActualPublication } from "./sql/actual";
import type { DesiredPublication } from "./sql/desired";
import type { Filters } from "./sql/filters";
import { type MissingTable, readMissingTables } from "./sql/members";
import { readExcludedColumns, readPublication, toPublication, type Which } from "./sql/read";
import { readUnsafe, readUnsafeWish, type UnsafeTable } from "./sql/safety";
import { type OwnerFacts, readOwner, readUnpublishable, type UnpublishableTable } from "./sql/unpublishable";
import type { FoundBefore } from "./state";
import { type PublicationInputs, type PublicationState, tablesOf } from "./state";

/** What is asked for, and what is known of what there is. */
export interface Intent {
  wish: PublicationInputs;
  desired: DesiredPublication;
  /** Absent while it is created, and in a preview. */
  state?: PublicationState;
  /** Its name so far, where it is managed already. */
  formerName?: string;
  /** Its OID as far as it counts here; null where the database is another one than then. */
  oid: number | null;
  /** What is known of its row filters; undefined where their text does not matter. */
  filters: Filters | undefined;
}

/** A change under way, from one try to the next. */
export interface Work extends Intent {
  filters: Filters;
  token: string;
  adopted: boolean;
  /** Kept between tries: after a COMMIT whose answer was lost, what was there before cannot be seen any more. */
  before?: FoundBefore;
  /** Half done: what is found from now on is our own doing, and no loss. */
  handingOver?: boolean;
  /** Ids of the transactions that are waited for. */
  older?: string[];
}

/** All that must be known before a change, read in one round trip. */
export interface Findings {
  server: Server;
  actual: ActualPublication | undefined;
  unpublishable: UnpublishableTable[];
  missing: MissingTable[];
  owner: OwnerFacts | undefined;
  nameTaken: boolean;
  /** Unsafe already, and unsafe only by what is wished for now. */
  unsafe: UnsafeTable[];
  newlyUnsafe: UnsafeTable[];
  slots: Slot[];
  /** Of tables with a list of columns, those that are not in it. */
  excluded: Table[];
}

/** `waits`: in a change, which must know; a look leaves out what somebody has locked. */
export function findingStatements(
  version: number,
  { desired, state, formerName, oid, filters }: Intent,
  waits: boolean,
): Statement[] {
  const former = formerName === undefined ? [] : [formerName];
  const which: Which = [oid, ...former, desired.name];
  return [
    readServer,
    readPublication(version, { filters, waits }, ...which),
    readUnpublishable(version, desired.tables, desired.schemas, desired.viaRoot),
    readMissingTables(state ? tablesOf(state, oid) : [], ...which),
    readOwner(version, desired.owner, ...which),
    statement("select from pg_publication where pubname = $1", [desired.name]),
    readUnsafe(version, ...which),
    readUnsafeWish(version, desired, ...which),
    readSlots(formerName ?? desired.name),
    readExcludedColumns(version, ...which),
  ];
}

export function toFindings(answers: Answer[], { filters }: Intent): Findings {
  const [server, actual, unpublishable, missing, owner, named, present, wished, slots, excluded] = answers.map(
    ({ rows }) => rows,
  );
  const unsafe = present as unknown as UnsafeTable[];
  const known = new Set(unsafe.map(tableKey));
  return {
    server: toServer(server?.[0] ?? {}),
    actual: toPublication(actual?.[0], filters),
    unpublishable: unpublishable as unknown as UnpublishableTable[],
    missing: missing as unknown as MissingTable[],
    owner: owner?.[0] as unknown as OwnerFacts | undefined,
    nameTaken: (named ?? []).length > 0,
    unsafe,
    newlyUnsafe: (wished as unknown as UnsafeTable[]).filter((table) => !known.has(tableKey(table))),
    slots: affectedSlots(slots ?? []),
    excluded: excluded as unknown as Table[],
  };
}
