import { SQLSTATE } from "../../postgres/sqlstate";
import type { SlotFacts } from "../sql/server";
import type { Facts } from "./facts";
import type { ProbeFailure } from "./report";

/** A slot of the pipe itself: read by its user, of the given name, or as ClickPipes names those of a pipe that is paused. */
export function isOwn(slot: SlotFacts, { role, slotName }: Facts): boolean {
  if (!slot.here || slot.plugin !== "pgoutput") return false;
  if (slot.active) return slot.reader === role;
  return slot.name === slotName || slot.name.startsWith("peerflow_slot_");
}

/** Turned away for want of a place, which the running pipe of the same user holds. */
export function holdsItsPlaces(facts: Facts, probe: ProbeFailure): boolean {
  return probe.code === SQLSTATE.tooManyConnections && facts.slots.some((slot) => slot.active && isOwn(slot, facts));
}
