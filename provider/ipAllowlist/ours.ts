import type { AllowedList } from "./addresses/plan";
import type { AllowlistState } from "./state";

/** What this resource put into a list. */
export interface Ours {
  readonly added: readonly string[];
  /** `protected_branches_only` before this resource changed it. Undefined if it never did. */
  readonly protectedBefore?: boolean;
}

/** The entries of this resource: those in the state, and those that a run killed after it has noted. */
export function ownEntries(state: Partial<Ours> | undefined, pending: Ours | undefined): string[] {
  return [...new Set([...(state?.added ?? []), ...(pending?.added ?? [])])];
}

/** Whether a list that is open now was restricted once: another user has emptied it. */
export function wasRestricted(state: Pick<AllowlistState, "effective" | "wasClosed"> | undefined): boolean {
  return state?.effective === "restricted" || state?.wasClosed === true;
}

/** What `protected_branches_only` was before this resource changed it. Undefined if it never did. */
export function protectionFound(state: Partial<Ours> | undefined, pending: Ours | undefined): boolean | undefined {
  return state?.protectedBefore ?? pending?.protectedBefore;
}

/** The same value if it should be restored. Undefined if another user has changed the setting since. */
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
