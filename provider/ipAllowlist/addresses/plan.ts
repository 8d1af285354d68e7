import { entryKey } from "./entry";

/** A project's IP Allow list as Neon has it. */
export interface AllowedList {
  ips: string[];
  /** Undefined where Neon says nothing of it. */
  protectedOnly: boolean | undefined;
}

/** What we want of a list; addresses are canonical. */
export interface DesiredList {
  wanted: readonly string[];
  /** What we once put in and want no longer; what is wanted too stays. */
  unwanted: readonly string[];
  /** Undefined: as found. */
  protectedOnly?: boolean;
}

/** What an edit of a list comes to: the whole list to send, in which others' entries keep place and spelling. */
export interface ListPlan {
  list: AllowedList;
  added: string[];
  removed: string[];
}

/** Undefined where the list is as desired. */
export function planList(found: AllowedList, desired: DesiredList): ListPlan | undefined {
  const { wanted, unwanted, protectedOnly = found.protectedOnly } = desired;
  const added = missingFrom(found.ips, wanted);
  // Letter by letter as we wrote them: the same addresses in another spelling are somebody else's entry.
  const goes = new Set(unwanted.filter((entry) => !wanted.includes(entry)));
  const kept: string[] = [];
  const removed: string[] = [];
  // Once each: we never write an entry twice, so the second one is somebody else's.
  for (const entry of found.ips) (goes.delete(entry) ? removed : kept).push(entry);
  const protectionFits = (protectedOnly ?? false) === (found.protectedOnly ?? false);
  if (added.length === 0 && removed.length === 0 && protectionFits) return undefined;
  return { list: { ips: [...kept, ...added], protectedOnly }, added, removed };
}

export function missingFrom(found: readonly string[], wanted: readonly string[]): string[] {
  const there = new Set(found.map(entryKey));
  return wanted.filter((entry) => !there.has(entryKey(entry)));
}
