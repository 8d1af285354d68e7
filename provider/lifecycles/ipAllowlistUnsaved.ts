import type { AllowedList } from "../addresses/allowlist";
import { Journal } from "../clients/journal";
import type { AllowlistState } from "./ipAllowlist";
import type { Kept } from "./ipAllowlistEdit";

/** What a run has done or is about to do, as kept until the state says so. */
export interface Unsaved extends Kept {
  /** Of the state that will say so, and of the one before it; none before a create. */
  edition: string;
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

/** What `protected_branches_only` was before us, where we changed it and nobody has since. */
export function protectionBefore(
  found: AllowedList,
  state: AllowlistState | undefined,
  unsaved: Unsaved | undefined,
): boolean | undefined {
  const before = state?.protectedBefore ?? unsaved?.protectedBefore;
  const isOurs =
    (state?.protectedBefore !== undefined && found.protectedOnly === state.protectedBranchesOnly) ||
    (unsaved?.protectedBefore !== undefined && found.protectedOnly !== unsaved.protectedBefore);
  return isOurs ? before : undefined;
}
