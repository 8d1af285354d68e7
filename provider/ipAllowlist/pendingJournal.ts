import type { Run } from "../lifecycle/run";
import { Journal } from "./journal";
import type { Ours } from "./ours";
import type { Member } from "./runRegistry";
import type { AllowlistState } from "./state";

/** What a run has done or is about to do. It is kept until the state is saved. */
export interface Pending extends Ours {
  /** The edition of the previous state. Undefined before a create. */
  follows?: string;
  /** Whether the run closes an open list. */
  closes: boolean;
}

export type PendingJournal = Journal<Pending>;

export function openJournal(run: Run, projectId: string, mark: string): PendingJournal {
  return new Journal(run, projectId, mark);
}

/** The notes of a run that started from this state, and was killed before it saved its own. Other notes do not count. */
export function readPending(journal: PendingJournal, state: AllowlistState | undefined): Pending | undefined {
  const pending = journal.read();
  return pending && pending.follows === state?.edition ? pending : undefined;
}

/**
 * Hands what a resource gives up to the resources of this run that desire it too. Their states may be saved already, without
 * it. So their journals keep it until their next run.
 */
export function handOver(run: Run, projectId: string, heirs: readonly Member[], left: Ours): void {
  let { added, protectedBefore } = left;
  for (const { mark, edition, addresses, protectedBranchesOnly } of heirs) {
    const theirs = added.filter((entry) => addresses.includes(entry));
    const setting = protectedBranchesOnly === undefined ? undefined : protectedBefore;
    if (theirs.length === 0 && setting === undefined) continue;
    const journal = openJournal(run, projectId, mark);
    const pending = journal.read();
    // Another resource of this run may have handed something over already.
    const before = pending?.follows === edition ? pending : { added: [] };
    const protection = setting === undefined ? {} : { protectedBefore: setting };
    journal.write({ ...before, follows: edition, closes: false, added: [...before.added, ...theirs], ...protection });
    added = added.filter((entry) => !theirs.includes(entry));
    if (setting !== undefined) protectedBefore = undefined;
  }
}
