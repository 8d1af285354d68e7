import { SQLSTATE } from "../../postgres/sqlstate";
import type { UnsafeTable } from "../../publication/sql/safety";
import type { NarrowedMember, PublicationFacts } from "../sql/publication";
import type { OpenTransaction, ServerFacts, SessionTimeouts, SlotFacts } from "../sql/server";
import type { TableFacts } from "../sql/tables";

export type ReplicationMode = "cdc" | "snapshot" | "cdc_only";

/** Why the ClickPipes user could not connect, in words and by SQLSTATE. */
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
  /** Whether the tables were given, not taken from the publication. */
  mapped: boolean;
  unsafe: UnsafeTable[];
  narrowed: NarrowedMember[];
  /** Consents to the unsafe ones. */
  allowUnsafeTables?: boolean;
  openTransactions: OpenTransaction[];
  /** How the two probes as the ClickPipes user ended: undefined where they succeeded. */
  login: ProbeFailure | undefined;
  replication: ProbeFailure | undefined;
  /** Undefined where nobody could log in. */
  timeouts: SessionTimeouts | undefined;
}

/** Without changes, nothing is replicated after the first load. */
export function replicatesChanges({ mode }: Pick<Facts, "mode">): boolean {
  return mode !== "snapshot";
}

/** Ordinary and partitioned tables: only these have a replica identity and can be published. */
export function isTable({ exists, kind }: TableFacts): boolean {
  return exists && (kind === "r" || kind === "p");
}

/** The slots of the pipe itself: read by its user, of the given name, or as ClickPipes names those of a pipe that is paused. */
export function ownSlots({ slots, role, slotName }: Pick<Facts, "slots" | "role" | "slotName">): SlotFacts[] {
  return slots.filter((slot) => {
    if (!slot.here || slot.plugin !== "pgoutput") return false;
    if (slot.active) return slot.reader === role;
    return slot.name === slotName || slot.name.startsWith("peerflow_slot_");
  });
}

/** Once the pipe has its slot, it makes none, and waits for nobody. */
export function needsNewSlot(facts: Pick<Facts, "mode" | "slots" | "role" | "slotName">): boolean {
  return replicatesChanges(facts) && ownSlots(facts).length === 0;
}

export function isPipeRunning(facts: Facts): boolean {
  return ownSlots(facts).some(({ active }) => active);
}

/** Turned away for want of a place, which the running pipe of the same user holds. */
export function holdsItsPlaces(facts: Facts, probe: ProbeFailure): boolean {
  return probe.code === SQLSTATE.tooManyConnections && isPipeRunning(facts);
}
