import type { DesiredList } from "./addresses/plan";
import type { Sight } from "./edit";
import type { Edit } from "./editRecord";
import { protectionToRestore } from "./ours";
import { listEmptied, publicBlocked } from "./refusals";
import { notDesiredBy, protectsForOthers } from "./runRegistry";
import type { AllowlistOutputs } from "./state";
import type { Survey } from "./survey";

/** What we want of the list as it was found; nothing where it is to be left open. */
export function decide(known: Survey, willClose: boolean, sight: Sight): DesiredList | undefined {
  const { desired, state, pending, others, gone } = known;
  const { projectId, addresses, whenOpen, protectedBranchesOnly } = desired;
  const { list, settings, hasWritten } = sight;
  if (settings.block_public_connections) throw publicBlocked(projectId);
  if (list.ips.length === 0) {
    if (whenOpen === "leaveOpen") return undefined;
    // Emptied by somebody, perhaps just now: to fill it again would close what they have opened.
    if (!willClose || hasWritten) throw listEmptied(projectId);
  }
  const before = protectsForOthers(others) ? undefined : protectionToRestore(list, state, pending);
  return { wanted: addresses, unwanted: notDesiredBy(others, gone), protectedOnly: protectedBranchesOnly ?? before };
}

/** Of an edit that is done, all that was to be proved included. */
export function outputsWhenDone(known: Survey, edit: Edit): AllowlistOutputs {
  return { ...outputsAfter(known, edit, true), effective: "restricted" };
}

/** Of an edit that failed on the way. */
export function outputsWhenFailed(known: Survey, willClose: boolean, edit: Edit): AllowlistOutputs {
  // The first write that was carried out took out what is wanted no longer, and put back what we had changed.
  const areOut = edit.writes.carriedOut > 0;
  return { ...outputsAfter(known, edit, areOut), effective: willClose ? "open" : "restricted" };
}

/** An open list has no entry, and so none of ours. */
export function outputsWhenOpen({ token, edition }: Survey): AllowlistOutputs {
  return { effective: "open", token, edition, added: [] };
}

/** `areOut`: what this resource wants no longer is out of the list. */
function outputsAfter({ desired, state, token, edition }: Survey, edit: Edit, areOut: boolean) {
  const { addresses, protectedBranchesOnly } = desired;
  // What is there no longer as we wrote it has become somebody else's, whatever comes back later.
  const still = (state?.added ?? []).filter((entry) => edit.seen === undefined || edit.seen.includes(entry));
  const before = still.filter((entry) => !areOut || addresses.includes(entry));
  const isRestored = protectedBranchesOnly === undefined && areOut;
  return {
    token,
    edition,
    added: [...new Set([...before, ...edit.added])].sort(),
    protectedBefore: isRestored ? undefined : (state?.protectedBefore ?? edit.protectedBefore),
  };
}
