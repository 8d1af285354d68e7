import type { Inputs } from "../lifecycle/arguments";
import type { Context } from "../lifecycle/context";
import { explainProjectGone, wouldOpen } from "../neon/errors";
import { type AllowedList, type ListWish, missingFrom, planList } from "./addresses/plan";
import { editList, mayHaveWritten, noEdit } from "./edit";
import type { AllowlistState } from "./state";
import { forget, inTurn, notWishedBy, othersOf } from "./turns";
import { handOver, journalOf, ownOf, protectionBefore, protectionFound, unsavedAfter } from "./unsaved";

/** Takes out what was not there before us, and nothing else. */
export async function removeAllowlist(context: Context, id: string, old: Inputs): Promise<void> {
  const state = { ...old, projectId: old.projectId ?? id } as AllowlistState;
  const { projectId, token } = state;
  await inTurn(projectId, async () => {
    forget(projectId, token);
    const journal = journalOf(projectId, state.mark);
    const unsaved = unsavedAfter(state, journal);
    const own = ownOf(state, unsaved);
    const others = othersOf(projectId, token);
    const ours = notWishedBy(others, own);
    const protectedBefore = protectionFound(state, unsaved);
    const putsBack =
      protectedBefore !== undefined && others.every((other) => other.protectedBranchesOnly === undefined);
    if (ours.length > 0 || putsBack)
      await takeOut(context, state, ours, (list) => (putsBack ? protectionBefore(list, state, unsaved) : undefined));
    journal.clear();
    handOver(projectId, others, { added: own, ...(protectedBefore !== undefined && { protectedBefore }) });
  });
}

async function takeOut(
  context: Context,
  { projectId, allowOpenOnDelete }: AllowlistState,
  ours: string[],
  protection: (list: AllowedList) => boolean | undefined,
): Promise<void> {
  const edit = noEdit();
  const decide = (list: AllowedList): ListWish | undefined => {
    if (list.ips.length === 0 || edit.writes.carriedOut > 0) return undefined;
    const wish = { wished: [], unwished: ours, protectedOnly: protection(list) };
    if (!allowOpenOnDelete && planList(list, wish)?.list.ips.length === 0) throw wouldOpen(projectId);
    return wish;
  };
  const found = await editList(context, projectId, decide, edit).catch((error: Error) => {
    // A state that still had them would take out, another time, what somebody has put back meanwhile.
    if (edit.writes.carriedOut === 0) return explainProjectGone(error);
    context.warn(`what was ours is out of the IP Allow list of project ${projectId}, but then: ${error.message}`);
    return undefined;
  });
  const ips = found?.ips ?? edit.seen ?? [];
  if (mayHaveWritten(edit) && ips.length === 0)
    context.warn(`the IP Allow list of project ${projectId} is empty now: everybody may connect`);
  const missing = missingFrom(ips, ours);
  const written = ours.filter((entry) => !missing.includes(entry));
  if (written.length > 0)
    context.inform(`${written.join(", ")} stay in the list of project ${projectId}, as somebody wrote them anew`);
}
