import { SQLSTATE } from "../../postgres/sqlstate";
import type { UnsafeTable } from "../../publication/sql/safety";
import type { NarrowedMember, PublicationFacts } from "../sql/publication";
import type { OpenTransaction, ServerFacts, SessionTimeouts, SlotFacts } from "../sql/server";
import type { TableFacts } from "../sql/tables";

export type ReplicationMode = "cdc" | "snapshot" | "cdc_only";

/** Why the ClickPipes user could not connect: the error text, and its SQLSTATE. */
export interface ProbeFailure {
  text: string;
  code?: string;
}

export interface Facts {
  role: string;
  publication: string;
  mode: ReplicationMode;
  slotName?: string;
  server: ServerFacts;
  pub: PublicationFacts;
  slots: SlotFacts[];
  tables: TableFacts[];
  /** True if the program or the command line lists the tables. False if they come from the publication. */
  mapped: boolean;
  unsafe: UnsafeTable[];
  narrowed: NarrowedMember[];
  /** Accepts the tables in `unsafe`. */
  allowUnsafeTables?: boolean;
  openTransactions: OpenTransaction[];
  /** Why the two probes as the ClickPipes user failed. Undefined if they succeeded. */
  login: ProbeFailure | undefined;
  replication: ProbeFailure | undefined;
  /** Undefined if the ClickPipes user could not log in. */
  timeouts: SessionTimeouts | undefined;
}

/** A snapshot replicates nothing after the initial load. */
export function replicatesChanges({ mode }: Pick<Facts, "mode">): boolean {
  return mode !== "snapshot";
}

/** Only ordinary and partitioned tables have a replica identity and can be published. */
export function isTable({ exists, kind }: TableFacts): boolean {
  return exists && (kind === "r" || kind === "p");
}

/**
 * The pipe's own slots. An active slot is one if the ClickPipes user reads it. An inactive slot (the pipe is paused) is one if it
 * has the given name, or a name that ClickPipes generates.
 */
export function ownSlots({ slots, role, slotName }: Pick<Facts, "slots" | "role" | "slotName">): SlotFacts[] {
  return slots.filter((slot) => {
    if (!slot.here || slot.plugin !== "pgoutput") return false;
    if (slot.active) return slot.reader === role;
    return slot.name === slotName || slot.name.startsWith("peerflow_slot_");
  });
}

/** A pipe that has its slot creates no other one, so it waits for no transaction. */
export function needsNewSlot(facts: Pick<Facts, "mode" | "slots" | "role" | "slotName">): boolean {
  return replicatesChanges(facts) && ownSlots(facts).length === 0;
}

export function isPipeRunning(facts: Facts): boolean {
  return ownSlots(facts).some(({ active }) => active);
}

/** The server refused the probe because the running pipe of the same user holds the connections that the probe needs. */
export function isCrowdedOut(facts: Facts, probe: ProbeFailure): boolean {
  return probe.code === SQLSTATE.tooManyConnections && isPipeRunning(facts);
}
