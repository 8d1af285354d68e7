import type { AllowedList } from "./addresses/plan";
import type { Kept } from "./edit";
import { Journal } from "./journal";
import type { AllowlistState } from "./state";
import type { Wisher } from "./turns";

/** What a run has done or is about to do, as kept until the state says so. */
export interface Unsaved extends Kept {
  /** The edition of the state before it; none before a create. */
  follows?: string;
  /** The list was open, and is being closed. */
  closes: boolean;
}

export function journalOf(projectId: string, mark: string): Journal<Unsaved> {
  return new Journal(projectId, mark);
}

/** What the run that came after this state, and was killed before its own was saved, has kept; any other tells us nothing. */
export function unsavedAfter(state: AllowlistState | undefined, journal: Journal<Unsaved>): Unsaved | undefined {
  const kept = journal.read();
  return kept && kept.follows === state?.edition ? kept : undefined;
}

/** What is in the list because of us. */
export function ownOf(state: AllowlistState | undefined, unsaved: Unsaved | undefined): string[] {
  return [...new Set([...(state?.added ?? []), ...(unsaved?.added ?? [])])];
}

/**
 * What a resource gives up and others of its run wish for is theirs from now on. Their states, which say nothing of it, are
 * saved already: so it is kept until the next run of theirs.
 */
export function handOver(projectId: string, heirs: readonly Wisher[], left: Kept): void {
  let { added, protectedBefore } = left;
  for (const { mark, edition, addresses, protectedBranchesOnly } of heirs) {
    const theirs = added.filter((entry) => addresses.includes(entry));
    const setting = protectedBranchesOnly === undefined ? undefined : protectedBefore;
    if (theirs.length === 0 && setting === undefined) continue;
    const journal = journalOf(projectId, mark);
    const kept = journal.read();
    // What another one has handed over in this run.
    const before = kept?.follows === edition ? kept : { added: [] };
    const protection = setting === undefined ? {} : { protectedBefore: setting };
    journal.write({ ...before, follows: edition, closes: false, added: [...before.added, ...theirs], ...protection });
    added = added.filter((entry) => !theirs.includes(entry));
    if (setting !== undefined) protectedBefore = undefined;
  }
}

/** What `protected_branches_only` was before us, where we ever changed it. */
export function protectionFound(state: AllowlistState | undefined, unsaved: Unsaved | undefined): boolean | undefined {
  return state?.protectedBefore ?? unsaved?.protectedBefore;
}

/** The same, where nobody has changed it since. */
export function protectionBefore(
  found: AllowedList,
  state: AllowlistState | undefined,
  unsaved: Unsaved | undefined,
): boolean | undefined {
  const isOurs =
    (state?.protectedBefore !== undefined && found.protectedOnly === state.protectedBranchesOnly) ||
    (unsaved?.protectedBefore !== undefined && found.protectedOnly !== unsaved.protectedBefore);
  return isOurs ? protectionFound(state, unsaved) : undefined;
}
