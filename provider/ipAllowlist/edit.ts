import { setTimeout as sleep } from "node:timers/promises";
import type { Context } from "../lifecycle/context";
import { noWrites, type ProjectSettings, type Writes } from "../neon/client";
import { allowlistRefused, isNeonFailure, listContested } from "../neon/errors";
import { neonWaits } from "../neon/waits";
import { warmUp } from "./addresses/entry";
import { type AllowedList, type ListPlan, type ListWish, planList } from "./addresses/plan";

const MOST_WRITES = 6;

/** What one edit did, also where it failed in the end. */
export interface Edit {
  writes: Writes;
  /** What was not there before we wrote it, and has not gone since. */
  added: Set<string>;
  /** What was in the list each time that we read or wrote it; undefined where we never came to that. */
  seen?: readonly string[];
  /** `protected_branches_only` before we changed it. */
  protectedBefore?: boolean;
  /** Called with what will be ours before it is written. */
  keep?(unsaved: Kept): void;
}

/** What an edit must know again where the run after it goes on with it. */
export interface Kept {
  added: string[];
  protectedBefore?: boolean;
}

export function noEdit(): Edit {
  return { writes: noWrites(), added: new Set() };
}

export function mayHaveWritten({ writes }: Edit): boolean {
  return countOf(writes) > 0;
}

/** Says what to wish for of a list as found; nothing to leave it alone; refuses by throwing. */
export type Decide = (found: AllowedList, settings: ProjectSettings) => ListWish | undefined;

/**
 * Reads just before it writes and again at once. Where addresses were put in, once more a moment later, for a writer who
 * had read the old list and wrote it back over ours. Gives the list as it was found last.
 */
export async function editList(context: Context, projectId: string, decide: Decide, edit = noEdit()) {
  const { writes } = edit;
  // Else it would happen between our reading and our writing.
  warmUp();
  let sent: Sent | undefined;
  let putsIn = false;
  const change = (settings: ProjectSettings): ProjectSettings | undefined => {
    account(edit, sent);
    sent = undefined;
    const found = listOf(settings);
    see(edit, found.ips);
    for (const entry of edit.added) if (!found.ips.includes(entry)) edit.added.delete(entry);
    const wish = decide(found, settings);
    // What comes back after we took it out is wished for by somebody: to take it out again might cut their pipe.
    const plan = wish && planList(found, writes.carriedOut > 0 ? { ...wish, unwished: [] } : wish);
    putsIn ||= (wish?.wished.length ?? 0) > 0;
    sent = plan && { plan, found, before: { ...writes } };
    if (!plan) return undefined;
    if (writes.carriedOut >= MOST_WRITES) throw listContested(projectId, changesOf(plan, found));
    const { ips, protectedOnly } = plan.list;
    edit.keep?.({ added: [...edit.added, ...plan.added], ...protectionChange(edit, sent) });
    return { allowed_ips: { ips, ...(protectedOnly !== undefined && { protected_branches_only: protectedOnly }) } };
  };
  for (;;) {
    const before = countOf(writes);
    const found = await context.neon.changeSettings(projectId, change, writes).catch((error) => {
      account(edit, sent);
      throw isNeonFailure(error) && error.method === "PATCH" ? allowlistRefused(projectId, error) : error;
    });
    if (countOf(writes) === before || !putsIn) return listOf(found);
    await sleep(neonWaits.secondLook);
  }
}

interface Sent {
  plan: ListPlan;
  found: AllowedList;
  /** The writes before this one. */
  before: Writes;
}

function changesOf({ list, added, removed }: ListPlan, { protectedOnly }: AllowedList): string[] {
  const protection =
    list.protectedOnly === protectedOnly ? [] : [`protected_branches_only = ${list.protectedOnly ?? false}`];
  return [...added, ...removed, ...protection];
}

/** What a write added is ours from the moment it may have been carried out; one that was refused added nothing. */
function account(edit: Edit, sent: Sent | undefined): void {
  if (!sent || countOf(edit.writes) === countOf(sent.before)) return;
  if (edit.writes.carriedOut > sent.before.carriedOut) see(edit, sent.plan.list.ips);
  for (const entry of sent.plan.added) edit.added.add(entry);
  Object.assign(edit, protectionChange(edit, sent));
}

function see(edit: Edit, ips: readonly string[]): void {
  edit.seen = edit.seen?.filter((entry) => ips.includes(entry)) ?? ips;
}

function protectionChange({ protectedBefore }: Edit, sent: Sent | undefined): Pick<Edit, "protectedBefore"> {
  if (protectedBefore !== undefined) return { protectedBefore };
  if (!sent || sent.plan.list.protectedOnly === sent.found.protectedOnly) return {};
  return { protectedBefore: sent.found.protectedOnly ?? false };
}

function countOf({ carriedOut, unclear }: Writes): number {
  return carriedOut + unclear;
}

export function listOf({ allowed_ips: list }: ProjectSettings): AllowedList {
  return { ips: list?.ips ?? [], protectedOnly: list?.protected_branches_only };
}
