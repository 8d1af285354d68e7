import { canonicalEntry } from "../../../provider/ipAllowlist/addresses/entry";
import type { Door } from "../neon/api/listening";
import type { ProjectSettings } from "../neon/api/project";

/** The address by which the stand-in knows this machine. */
export const HERE = "127.0.0.1";
/** The addresses that a program may list, in canonical form. */
export const POOL = ["192.0.2.1", "192.0.2.2", "198.51.100.0/24", "203.0.113.8/30", "2001:db8::1", HERE];

export type AllowedIps = ProjectSettings["allowed_ips"];

export interface Seen {
  ips: string[];
  protectedOnly: boolean;
  on: boolean;
}

/** What one stack may do in its current operation. */
export interface Consent {
  write: boolean;
  close: boolean;
  open: boolean;
  protect: boolean;
  restart: boolean;
}

export const NOTHING: Consent = { write: false, close: false, open: false, protect: false, restart: false };

/** A stack, as Neon sees it. */
export interface Stack {
  door: Door;
  consent: Consent;
  /** What its last read may have returned: more than one value if something changed during the read. */
  seen: Seen[];
  readVersion: number;
  /** The entries that it added, or may have added, and has not given up. */
  mine: Set<string>;
  /** Those of its entries that one of its reads did not find: another user may have added them again. */
  doubtful: Set<string>;
  /** Those of its entries that were gone after its last write. */
  gone: string[];
  /** A run was killed, and none has saved its state since. It may remove or restore again what that run had done. */
  isUnsaved: boolean;
}

interface JudgedWrite {
  added: string[];
  /** Undefined if the write is allowed. */
  problem: string | undefined;
}

/** Judges a list that a stack wrote, given what it had read: others' entries keep their order, and its own come last. */
export function judgeWrite(
  { mine, consent }: Stack,
  seen: Seen,
  { ips: sent = [], protected_branches_only: protects }: AllowedIps,
): JudgedWrite {
  const removed: string[] = [];
  let at = 0;
  for (const entry of seen.ips) {
    if (sent[at] === entry) at++;
    else removed.push(entry);
  }
  const added = sent.slice(at);
  const there = new Set(seen.ips.map(canonicalEntry));
  const problems = [
    [!consent.write, "it may not write at all"],
    [!removed.every((entry) => mine.has(entry)), `it removed ${removed}, and only ${[...mine]} are its own`],
    [!added.every((entry) => POOL.includes(entry) && !there.has(entry)), `it added ${added}`],
    [seen.ips.length === 0 && sent.length > 0 && !consent.close, "it closed an open list without consent"],
    [seen.ips.length > 0 && sent.length === 0 && !consent.open, "it opened a closed list without consent"],
    [
      !consent.protect && seen.protectedOnly !== (protects ?? false),
      "it changed protected_branches_only without consent",
    ],
  ] as const;
  return { added, problem: problems.find(([holds]) => holds)?.[1] };
}
