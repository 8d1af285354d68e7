import { NO_WRITES, type Writes } from "../neon/settingsChange";
import type { AllowedList, ListPlan } from "./addresses/plan";
import type { Ours } from "./ours";

/** What one edit has done so far. `added` lists the entries that were not there before it wrote them, and have stayed since. */
export interface Edit extends Ours {
  readonly writes: Writes;
  /** The entries that were in the list at every read and write. Undefined if there was none. */
  readonly seen?: readonly string[];
  /**
   * The entries that its writes removed. If one is in the list again, another user put it back, and the state must not name it. A note
   * still may: after a kill, the next run removes it again.
   */
  readonly removed?: readonly string[];
}

/** A write whose outcome is not known yet, and the list that it is based on. */
export interface Sent {
  plan: ListPlan;
  found: AllowedList;
}

/** `ours`: what belongs to this resource already, because a killed run wrote it. */
export function beginEdit(ours: Ours = { added: [] }): Edit {
  return { ...ours, writes: NO_WRITES };
}

export function countWrites({ carriedOut, unclear }: Writes): number {
  return carriedOut + unclear;
}

export function mayHaveWritten({ writes }: Edit): boolean {
  return countWrites(writes) > 0;
}

/** Entries belong to this resource as soon as the write that adds them may have been carried out. A refused write adds nothing. */
export function recordWrite(edit: Edit, sent: Sent | undefined, writes: Writes): Edit {
  const recorded = { ...edit, writes };
  if (!sent || countWrites(writes) === countWrites(edit.writes)) return recorded;
  const after = { ...recorded, ...oursAfter(edit, sent) };
  if (writes.carriedOut === edit.writes.carriedOut) return after;
  const { plan } = sent;
  const removed = [...(edit.removed ?? []), ...plan.removed].filter((entry) => !plan.added.includes(entry));
  return { ...after, seen: seenAgain(edit, plan.list.ips), ...(removed.length > 0 && { removed }) };
}

/** An entry that is gone no longer belongs to this resource, even if it comes back later. */
export function recordReading(edit: Edit, ips: readonly string[]): Edit {
  return { ...edit, added: edit.added.filter((entry) => ips.includes(entry)), seen: seenAgain(edit, ips) };
}

/** What belongs to this resource if the write is carried out. */
export function oursAfter({ added, protectedBefore }: Edit, { plan, found }: Sent): Ours {
  const all = [...new Set([...added, ...plan.added])];
  if (protectedBefore !== undefined) return { added: all, protectedBefore };
  if (plan.list.protectedOnly === found.protectedOnly) return { added: all };
  return { added: all, protectedBefore: found.protectedOnly ?? false };
}

function seenAgain({ seen }: Edit, ips: readonly string[]): readonly string[] {
  return seen?.filter((entry) => ips.includes(entry)) ?? ips;
}
