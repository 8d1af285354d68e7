import type { AllowedList } from "./addresses/plan";
import type { AllowlistState } from "./state";

/** What of a list is there because of us. */
export interface Ours {
  readonly added: readonly string[];
  /** `protected_branches_only` before us, where we changed it. */
  readonly protectedBefore?: boolean;
}

/** By the state, and by what a run that was killed after it has noted. */
export function ownEntries(state: Partial<Ours> | undefined, pending: Ours | undefined): string[] {
  return [...new Set([...(state?.added ?? []), ...(pending?.added ?? [])])];
}

/** What `protected_branches_only` was before us, where we ever changed it. */
export function protectionFound(state: Partial<Ours> | undefined, pending: Ours | undefined): boolean | undefined {
  return state?.protectedBefore ?? pending?.protectedBefore;
}

/** The same, where nobody has changed it since. */
export function protectionToRestore(
  found: AllowedList,
  state: AllowlistState | undefined,
  pending: Ours | undefined,
): boolean | undefined {
  const isOurs =
    (state?.protectedBefore !== undefined && found.protectedOnly === state.protectedBranchesOnly) ||
    (pending?.protectedBefore !== undefined && found.protectedOnly !== pending.protectedBefore);
  return isOurs ? protectionFound(state, pending) : undefined;
}
