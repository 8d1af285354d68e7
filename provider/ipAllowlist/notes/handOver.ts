import type { Run } from "../../lifecycle/run";
import type { Ours } from "../ours";
import type { Member } from "../runRegistry";
import { journalOfInheritance } from "./pending";

/**
 * Hands what a resource gives up to the resources of this run that desire it too. Their states may be saved already, without
 * it. So their journals keep it until their next run.
 */
export function handOver(run: Run, projectId: string, heirs: readonly Member[], left: Ours): void {
  let { added, protectedBefore } = left;
  for (const { token, edition, addresses, protectedBranchesOnly } of heirs) {
    const theirs = added.filter((entry) => addresses.includes(entry));
    const setting = protectedBranchesOnly === undefined ? undefined : protectedBefore;
    if (theirs.length === 0 && setting === undefined) continue;
    const journal = journalOfInheritance(run, projectId, token);
    const found = journal.read();
    // Another resource of this run may have handed something over already.
    const before = found && found.follows === edition ? found : { added: [] };
    const protection = setting === undefined ? {} : { protectedBefore: setting };
    journal.write({ ...before, follows: edition, closes: false, added: [...before.added, ...theirs], ...protection });
    added = added.filter((entry) => !theirs.includes(entry));
    if (setting !== undefined) protectedBefore = undefined;
  }
}
