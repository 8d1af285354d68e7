import { canonicalEntry } from "./ipEntry";

/** What an edit of a project's list comes to: the whole list to send, in which others' entries keep place and spelling. */
export interface ListPlan {
  ips: string[];
  added: string[];
  removed: string[];
}

/** `wished` and `unwished` are canonical; what is in both stays. */
export function planList(found: string[], wished: string[], unwished: string[]): ListPlan {
  const there = new Set(found.map(canonicalEntry));
  const goes = new Set(unwished.filter((entry) => !wished.includes(entry)));
  const added = wished.filter((entry) => !there.has(entry));
  const removed = found.filter((entry) => goes.has(canonicalEntry(entry)));
  return { ips: [...found.filter((entry) => !goes.has(canonicalEntry(entry))), ...added], added, removed };
}

export function missingFrom(found: string[], wished: string[]): string[] {
  const there = new Set(found.map(canonicalEntry));
  return wished.filter((entry) => !there.has(entry));
}
