import type { Run } from "../lifecycle/run";
import { Journal } from "./journal";
import type { Ours } from "./ours";
import type { Member } from "./runRegistry";
import type { AllowlistState } from "./state";

/** What a run has done or is about to do, as kept until the state says so. */
export interface Pending extends Ours {
  /** The edition of the state before it; none before a create. */
  follows?: string;
  /** The list was open, and is being closed. */
  closes: boolean;
}

export type PendingJournal = Journal<Pending>;

export function openJournal(run: Run, projectId: string, mark: string): PendingJournal {
  return new Journal(run, projectId, mark);
}

/** What the run that came after this state, and was killed before its own was saved, has kept; any other tells us nothing. */
export function readPending(journal: PendingJournal, state: AllowlistState | undefined): Pending | undefined {
  const pending = journal.read();
  return pending && pending.follows === state?.edition ? pending : undefined;
}

/**
 * What a resource gives up and others of its run desire is theirs from now on. Their states, which say nothing of it, are
 * saved already: so it is kept until the next run of theirs.
 */
export function handOver(run: Run, projectId: string, heirs: readonly Member[], left: Ours): void {
  let { added, protectedBefore } = left;
  for (const { mark, edition, addresses, protectedBranchesOnly } of heirs) {
    const theirs = added.filter((entry) => addresses.includes(entry));
    const setting = protectedBranchesOnly === undefined ? undefined : protectedBefore;
    if (theirs.length === 0 && setting === undefined) continue;
    const journal = openJournal(run, projectId, mark);
    const pending = journal.read();
    // What another one has handed over in this run.
    const before = pending?.follows === edition ? pending : { added: [] };
    const protection = setting === undefined ? {} : { protectedBefore: setting };
    journal.write({ ...before, follows: edition, closes: false, added: [...before.added, ...theirs], ...protection });
    added = added.filter((entry) => !theirs.includes(entry));
    if (setting !== undefined) protectedBefore = undefined;
  }
}
