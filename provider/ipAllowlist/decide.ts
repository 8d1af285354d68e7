import type { DesiredList } from "./addresses/plan";
import type { Sight } from "./edit";
import type { Edit } from "./editRecord";
import { protectionToRestore, wasRestricted } from "./ours";
import { listEmptied, publicBlocked } from "./refusals";
import { notDesiredBy, protectsForOthers } from "./runRegistry";
import type { AllowlistOutputs } from "./state";
import type { Survey } from "./survey";

/** What the list should become, given what was found. Undefined to leave an open list open. */
export function decide(known: Survey, willClose: boolean, sight: Sight): DesiredList | undefined {
  const { desired, state, pending, others, gone } = known;
  const { projectId, addresses, whenOpen, protectedBranchesOnly } = desired;
  const { list, settings, hasWritten } = sight;
  if (settings.block_public_connections) throw publicBlocked(projectId);
  if (list.ips.length === 0) {
    if (whenOpen === "leaveOpen") return undefined;
    // Another user emptied it, perhaps just now. Filling it again would close what that user opened.
    if (!willClose || hasWritten) throw listEmptied(projectId);
  }
  const before = protectsForOthers(others) ? undefined : protectionToRestore(list, state, pending);
  return { wanted: addresses, unwanted: notDesiredBy(others, gone), protectedOnly: protectedBranchesOnly ?? before };
}

/** The outputs after an edit that succeeded. If it closed the list, a connection has proved that this machine is not shut out. */
export function outputsWhenDone(known: Survey, edit: Edit): AllowlistOutputs {
  return { ...outputsAfter(known, edit, true), effective: "restricted", wasClosed: undefined };
}

/** The outputs after an edit that failed part-way. */
export function outputsWhenFailed(known: Survey, willClose: boolean, edit: Edit): AllowlistOutputs {
  // The first write that Neon carried out also removed what is no longer desired, and restored `protected_branches_only`.
  const isRemoved = edit.writes.carriedOut > 0;
  return { ...outputsAfter(known, edit, isRemoved), effective: willClose ? "open" : "restricted" };
}

/** The outputs for an open list, which has no entries at all. */
export function outputsWhenOpen({ state, token, edition }: Survey): AllowlistOutputs {
  return { effective: "open", wasClosed: wasRestricted(state) || undefined, token, edition, added: [] };
}

/** `isRemoved`: what this resource no longer desires is out of the list. */
function outputsAfter({ desired, state, token, edition }: Survey, edit: Edit, isRemoved: boolean) {
  const { addresses, protectedBranchesOnly } = desired;
  // An entry that is gone, or spelled differently now, no longer belongs to this resource, even if it comes back later.
  const still = (state?.added ?? []).filter((entry) => edit.seen === undefined || edit.seen.includes(entry));
  const before = still.filter((entry) => !isRemoved || addresses.includes(entry));
  const isRestored = protectedBranchesOnly === undefined && isRemoved;
  return {
    token,
    edition,
    added: [...new Set([...before, ...edit.added.filter((entry) => !edit.removed?.includes(entry))])].sort(),
    protectedBefore: isRestored ? undefined : (state?.protectedBefore ?? edit.protectedBefore),
  };
}
