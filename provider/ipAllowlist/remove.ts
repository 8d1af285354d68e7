import type { Context } from "../lifecycle/context";
import { refuseMissingProject } from "../neon/errors";
import { type AllowedList, type DesiredList, missingFrom, planList } from "./addresses/plan";
import { editProjectList, type Sight } from "./edit";
import { mayHaveWritten } from "./editRecord";
import { ownEntries, protectionFound, protectionToRestore } from "./ours";
import { handOver, openJournal, readPending } from "./pendingJournal";
import { wouldOpen } from "./refusals";
import { notDesiredBy, protectsForOthers, RunRegistry } from "./runRegistry";
import type { AllowlistState } from "./state";
import { nameList } from "./wording";

/** Takes out what was not there before us, and nothing else. */
export async function removeAllowlist(context: Context, state: AllowlistState): Promise<void> {
  const { projectId = state.id, token, mark } = state;
  const registry = context.run.memory(RunRegistry);
  await registry.takeTurn(projectId, async () => {
    registry.forget(projectId, token);
    const journal = openJournal(context.run, projectId, mark);
    const pending = readPending(journal, state);
    const own = ownEntries(state, pending);
    const others = registry.othersOf(projectId, token);
    const ours = notDesiredBy(others, own);
    const protectedBefore = protectionFound(state, pending);
    const restores = protectedBefore !== undefined && !protectsForOthers(others);
    const protection = (list: AllowedList) => (restores ? protectionToRestore(list, state, pending) : undefined);
    if (ours.length > 0 || restores) await takeOut(context, { ...state, projectId }, ours, protection);
    journal.clear();
    handOver(context.run, projectId, others, { added: own, ...(protectedBefore !== undefined && { protectedBefore }) });
  });
}

async function takeOut(
  context: Context,
  { projectId, allowOpenOnDelete }: AllowlistState,
  ours: string[],
  protection: (list: AllowedList) => boolean | undefined,
): Promise<void> {
  const decide = ({ list, hasWritten }: Sight): DesiredList | undefined => {
    if (list.ips.length === 0 || hasWritten) return undefined;
    const desired = { wanted: [], unwanted: ours, protectedOnly: protection(list) };
    if (!allowOpenOnDelete && planList(list, desired)?.list.ips.length === 0) throw wouldOpen(projectId);
    return desired;
  };
  const edited = await editProjectList(context, projectId, decide);
  const { edit } = edited;
  if ("failure" in edited) {
    // A state that still had them would take out, another time, what somebody has put back meanwhile.
    if (edit.writes.carriedOut === 0) refuseMissingProject(edited.failure);
    const { message } = edited.failure as Error;
    context.warn(`what was ours is out of ${nameList(projectId)}, but then: ${message}`);
  }
  const ips = "failure" in edited ? (edit.seen ?? []) : edited.list.ips;
  if (mayHaveWritten(edit) && ips.length === 0)
    context.warn(`${nameList(projectId)} is empty now: everybody may connect`);
  const missing = missingFrom(ips, ours);
  const written = ours.filter((entry) => !missing.includes(entry));
  if (written.length > 0)
    context.inform(`${written.join(", ")} stay in the list of project ${projectId}, as somebody wrote them anew`);
}
