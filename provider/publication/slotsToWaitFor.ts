import type { InTheWay } from "../lifecycle/waitUntilFree";
import { nameSlot, type Slot } from "../postgres/sql/slots";
import { slotsInTheWay } from "./refusals";

/** Looking is not free, and a ClickPipe takes seconds to stop. */
const PAUSE_MS = 1000;

/** Slots that may read the publication of this name must go away before it is dropped, replaced or renamed. */
export function slotsToWaitFor(name: string, slots: Slot[]): InTheWay {
  return { names: slots.map(nameSlot), pauseMs: PAUSE_MS, refusal: () => slotsInTheWay(name, slots) };
}
