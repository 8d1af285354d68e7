import { entryKey } from "./entry";

/** The IP Allow list of a project as Neon returns it. */
export interface AllowedList {
  ips: string[];
  /** Undefined if Neon does not return it. */
  protectedOnly: boolean | undefined;
}

/** What a list should become. Addresses are in canonical form. */
export interface DesiredList {
  wanted: readonly string[];
  /** Entries that this resource added, and no longer desires. One that is also in `wanted` stays. */
  unwanted: readonly string[];
  /** Undefined to leave the setting unchanged. */
  protectedOnly?: boolean;
}

/** The whole list to send, in which the entries of other users keep their place and spelling. */
export interface ListPlan {
  list: AllowedList;
  added: string[];
  removed: string[];
}

/** Undefined if the list is as desired. */
export function planList(found: AllowedList, desired: DesiredList): ListPlan | undefined {
  const { wanted, unwanted, protectedOnly = found.protectedOnly } = desired;
  const added = missingFrom(found.ips, wanted);
  // Only the exact spelling counts: another spelling of the same addresses is another user's entry.
  const goes = new Set(unwanted.filter((entry) => !wanted.includes(entry)));
  const kept: string[] = [];
  const removed: string[] = [];
  // The first one only: the provider never writes an entry twice, so a second one is another user's.
  for (const entry of found.ips) (goes.delete(entry) ? removed : kept).push(entry);
  const protectionFits = (protectedOnly ?? false) === (found.protectedOnly ?? false);
  if (added.length === 0 && removed.length === 0 && protectionFits) return undefined;
  return { list: { ips: [...kept, ...added], protectedOnly }, added, removed };
}

export function missingFrom(found: readonly string[], wanted: readonly string[]): string[] {
  const there = new Set(found.map(entryKey));
  return wanted.filter((entry) => !there.has(entryKey(entry)));
}
