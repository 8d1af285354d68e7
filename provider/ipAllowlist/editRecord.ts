import { NO_WRITES, type Writes } from "../neon/settingsChange";
import type { AllowedList, ListPlan } from "./addresses/plan";
import type { Ours } from "./ours";

/** What one edit did so far. Its `added`: what was not there before we wrote it, and has not gone since. */
export interface Edit extends Ours {
  readonly writes: Writes;
  /** What was in the list each time that we read or wrote it; undefined where we never came to that. */
  readonly seen?: readonly string[];
}

/** A write whose outcome is not known yet, and the list that it was made of. */
export interface Sent {
  plan: ListPlan;
  found: AllowedList;
}

/** `ours`: what is ours already, since a run that was killed put it in. */
export function beginEdit(ours: Ours = { added: [] }): Edit {
  return { ...ours, writes: NO_WRITES };
}

export function countWrites({ carriedOut, unclear }: Writes): number {
  return carriedOut + unclear;
}

export function mayHaveWritten({ writes }: Edit): boolean {
  return countWrites(writes) > 0;
}

/** What a write added is ours from the moment it may have been carried out; one that was refused added nothing. */
export function recordWrite(edit: Edit, sent: Sent | undefined, writes: Writes): Edit {
  const recorded = { ...edit, writes };
  if (!sent || countWrites(writes) === countWrites(edit.writes)) return recorded;
  const isCarriedOut = writes.carriedOut > edit.writes.carriedOut;
  return { ...recorded, ...(isCarriedOut && { seen: seenAgain(edit, sent.plan.list.ips) }), ...oursAfter(edit, sent) };
}

/** What has gone is ours no longer, whatever comes back later. */
export function recordReading(edit: Edit, ips: readonly string[]): Edit {
  return { ...edit, added: edit.added.filter((entry) => ips.includes(entry)), seen: seenAgain(edit, ips) };
}

/** What is ours where the write is carried out. */
export function oursAfter({ added, protectedBefore }: Edit, { plan, found }: Sent): Ours {
  const all = [...new Set([...added, ...plan.added])];
  if (protectedBefore !== undefined) return { added: all, protectedBefore };
  if (plan.list.protectedOnly === found.protectedOnly) return { added: all };
  return { added: all, protectedBefore: found.protectedOnly ?? false };
}

function seenAgain({ seen }: Edit, ips: readonly string[]): readonly string[] {
  return seen?.filter((entry) => ips.includes(entry)) ?? ips;
}
