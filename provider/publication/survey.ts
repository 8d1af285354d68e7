import { readServer, type Server } from "../postgres/sql/server";
import { affectedSlots, readSlots, type Slot } from "../postgres/sql/slots";
import { type Answers, mapAnswer, type Query, queryRows } from "../postgres/sql/statement";
import { tableKey } from "../postgres/sql/table";
import type { ActualPublication } from "./sql/actual";
import type { DesiredPublication } from "./sql/desired";
import type { Filters } from "./sql/filters";
import { type MissingTable, readMissingTables } from "./sql/members";
import { type ExcludedColumns, readActual, readExcludedColumns, type Which } from "./sql/read";
import { readUnsafe, readUnsafeDesired, type UnsafeTable } from "./sql/safety";
import { type OwnerFacts, readOwner, readUnpublishable, type UnpublishableTable } from "./sql/unpublishable";
import { type PublicationInputs, type PublicationState, tablesOf } from "./state";

/** A change that is asked for, and what is known before anybody has looked. */
export interface Change {
  inputs: PublicationInputs;
  desired: DesiredPublication;
  /** The state so far; absent while it is created, and in a preview. */
  before?: PublicationState;
  /** Its name so far, where it is managed already. */
  formerName?: string;
  /** Its OID as far as it counts here; null where the database is another one than then. */
  oid: number | null;
}

/** One that is carried out, and not only looked at. */
export interface MarkedChange extends Change {
  /** What our mark on the publication will hold. */
  token: string;
}

/** What has to be known before a change. */
export interface Survey {
  server: Server;
  actual: ActualPublication | undefined;
  unpublishable: UnpublishableTable[];
  missing: MissingTable[];
  owner: OwnerFacts | undefined;
  nameTaken: boolean;
  /** Unsafe already, and unsafe only by what is desired now. */
  unsafe: UnsafeTable[];
  newlyUnsafe: UnsafeTable[];
  slots: Slot[];
  /** Of tables with a list of columns, those that are not in it. */
  excluded: ExcludedColumns[];
}

export interface SurveyOptions {
  /** What is known of the row filters; undefined where their text does not matter. */
  filters: Filters | undefined;
  /** In a change, which must know; a look leaves out what somebody has locked. */
  waits: boolean;
}

/** A session or a transaction. */
interface Asked {
  readonly version: number;
  ask<Q extends readonly Query<unknown>[]>(...queries: Q): Promise<Answers<Q>>;
}

/** In one round trip, with the answers of `more` after it. */
export async function survey<More extends readonly Query<unknown>[]>(
  asked: Asked,
  { desired, before, formerName, oid }: Change,
  options: SurveyOptions,
  ...more: More
): Promise<[Survey, ...Answers<More>]> {
  const { version } = asked;
  const former = formerName === undefined ? [] : [formerName];
  const which: Which = [oid, ...former, desired.name];
  const [server, actual, unpublishable, missing, owner, nameTaken, unsafe, unsafeDesired, slots, excluded, ...others] =
    await asked.ask(
      readServer,
      readActual(version, options, ...which),
      readUnpublishable(version, desired.tables, desired.schemas, desired.viaRoot),
      readMissingTables(before ? tablesOf(before, oid) : [], ...which),
      readOwner(version, desired.owner, ...which),
      readNameTaken(desired.name),
      readUnsafe(version, ...which),
      readUnsafeDesired(version, desired, ...which),
      readSlots(formerName ?? desired.name),
      readExcludedColumns(version, ...which),
      ...more,
    );
  const known = new Set(unsafe.map(tableKey));
  const newlyUnsafe = unsafeDesired.filter((table) => !known.has(tableKey(table)));
  const found = { server, actual, unpublishable, missing, owner, nameTaken, unsafe, newlyUnsafe, excluded };
  return [{ ...found, slots: affectedSlots(slots) }, ...others];
}

function readNameTaken(name: string): Query<boolean> {
  const named = queryRows("select from pg_publication where pubname = $1", [name]);
  return mapAnswer(named, (rows) => rows.length > 0);
}
