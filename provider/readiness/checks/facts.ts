import type { Reading } from "../../pipe/reads";
import { SQLSTATE } from "../../postgres/sqlstate";
import type { UnsafeTable } from "../../publication/sql/safety";
import type { NarrowedMember, PublicationFacts } from "../sql/publication";
import type { RelationFacts } from "../sql/relations";
import type { OpenTransaction, ServerFacts, SlotFacts } from "../sql/server";
import type { SessionFacts } from "../sql/session";
import type { TableFacts } from "../sql/tables";

export type ReplicationMode = "cdc" | "snapshot" | "cdc_only";

/** Why the ClickPipes user could not connect: the error text, and its SQLSTATE. */
export interface ProbeFailure {
  text: string;
  code?: string;
}

/** What came of reading the relation as the ClickPipes user, and of reading it with row-level security switched off. */
export interface Tried {
  reading?: Reading;
  plain?: Reading;
}

export type TriedTable = TableFacts & Tried;
export type TriedRelation = RelationFacts & Tried;

export interface Facts {
  role: string;
  publication: string;
  mode: ReplicationMode;
  slotName?: string;
  server: ServerFacts;
  pub: PublicationFacts;
  slots: SlotFacts[];
  tables: TriedTable[];
  /** What the first load reads below them. */
  relations: TriedRelation[];
  /** True if the program or the command line lists the tables. False if they come from the publication. */
  mapped: boolean;
  /** The tables (`tableKey`) whose order in ClickHouse does not come from their key. */
  ordered: string[];
  unsafe: UnsafeTable[];
  narrowed: NarrowedMember[];
  /** Accepts the tables in `unsafe`. */
  allowUnsafeTables?: boolean;
  openTransactions: OpenTransaction[];
  /** Why the two probes as the ClickPipes user failed. Undefined if they succeeded. */
  login: ProbeFailure | undefined;
  replication: ProbeFailure | undefined;
  /** Undefined if the ClickPipes user could not log in. */
  session: SessionFacts | undefined;
  /** The catalogs that the ClickPipes user may not read. */
  hiddenCatalogs: string[];
}

/** A snapshot replicates nothing after the initial load. */
export function replicatesChanges({ mode }: Pick<Facts, "mode">): boolean {
  return mode !== "snapshot";
}

/** ClickPipes selects from tables and, in a snapshot, from materialized views. It refuses everything else. */
export function isReadable(kind: string): boolean {
  return ["r", "p", "m"].includes(kind);
}

/** What the first load reads below the tables. With `cdc_only` there is none. */
export function loadedRelations<T extends { kind: string }>(mode: ReplicationMode, relations: T[]): T[] {
  return mode === "cdc_only" ? [] : relations.filter(({ kind }) => isReadable(kind));
}

/** Only ordinary and partitioned tables have a replica identity and can be published. */
export function isTable({ exists, kind }: Pick<TableFacts, "exists" | "kind">): boolean {
  return exists && (kind === "r" || kind === "p");
}

/** What a pipe in this mode can replicate: a snapshot reads unlogged tables and materialized views, too. */
export function isSource({ mode }: Pick<Facts, "mode">, table: TableFacts): boolean {
  return mode === "snapshot" ? table.exists && isReadable(table.kind) : isTable(table) && table.persistent;
}

/**
 * The pipe's own slots: those that the ClickPipes user reads, and the one of the given name. The name that ClickPipes generates says
 * nothing: an earlier pipe may have left its slot behind.
 */
export function ownSlots({ slots, role, slotName }: Pick<Facts, "slots" | "role" | "slotName">): SlotFacts[] {
  return slots.filter((slot) => {
    if (!slot.here || slot.plugin !== "pgoutput") return false;
    return slot.active ? slot.reader === role : slot.name === slotName;
  });
}

/** A pipe that has its slot creates no other one, so it waits for no transaction. */
export function needsNewSlot(facts: Pick<Facts, "mode" | "slots" | "role" | "slotName">): boolean {
  return replicatesChanges(facts) && ownSlots(facts).length === 0;
}

export function isPipeRunning(facts: Pick<Facts, "slots" | "role" | "slotName">): boolean {
  return ownSlots(facts).some(({ active }) => active);
}

/** Once the pipe reads changes, only a resync, or a table added to the pipe, loads rows. */
export function isLoadToCome(facts: Facts): boolean {
  return facts.mode === "snapshot" || (facts.mode === "cdc" && !isPipeRunning(facts));
}

/** The server refused the probe because the running pipe of the same user holds the connections that the probe needs. */
export function isCrowdedOut(facts: Facts, probe: ProbeFailure): boolean {
  return probe.code === SQLSTATE.tooManyConnections && isPipeRunning(facts);
}

/** What is true of the login and of the replication connection then. */
export const HELD_BY_PIPE = "the running pipe holds the connections that the role may have";

/** Another role whose privileges count, because a setting of the role or database says so. */
export function actsAs({ session, role }: Facts): string | undefined {
  return session && session.acting !== role ? session.acting : undefined;
}
