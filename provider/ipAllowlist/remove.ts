import type { Context } from "../lifecycle/context";
import { refuseMissingProject } from "../neon/errors";
import { type AllowedList, type DesiredList, missingFrom, planList } from "./addresses/plan";
import { editProjectList, type Sight } from "./edit";
import { mayHaveWritten } from "./editRecord";
import { handOver } from "./notes/handOver";
import { Notes } from "./notes/notes";
import type { Pending } from "./notes/pending";
import { ownEntries, protectionFound, protectionToRestore } from "./ours";
import { wouldOpen } from "./refusals";
import { notDesiredBy, protectsForOthers, RunRegistry } from "./runRegistry";
import type { AllowlistState } from "./state";
import { nameList } from "./wording";

/** Removes what this resource added to the list, and nothing else. */
export async function removeAllowlist(context: Context, state: AllowlistState): Promise<void> {
  const { projectId = state.id, token } = state;
  if (token === undefined) {
    context.warn(
      `${nameList(projectId)} was left unchanged.\nThis resource's state has no token, so nothing proves that it added entries.`,
    );
    return;
  }
  const registry = context.run.memory(RunRegistry);
  await registry.takeTurn(projectId, async () => {
    registry.forget(projectId, token);
    const notes = new Notes(context.run, { ...state, projectId }, state);
    const pending = notes.read();
    const own = ownEntries(state, pending);
    const others = registry.othersOf(projectId, token);
    const ours = notDesiredBy(others, own);
    const protectedBefore = protectionFound(state, pending);
    const restores = protectedBefore !== undefined && !protectsForOthers(others);
    const protection = (list: AllowedList) => (restores ? protectionToRestore(list, state, pending) : undefined);
    if (ours.length > 0 || restores) {
      const ips = await removeEntries(context, { ...state, projectId }, ours, protection);
      const later = notes.readLaterCreate();
      if (later) reportLaterCreate(context, state, ips, later);
    }
    notes.clear();
    handOver(context.run, projectId, others, { added: own, ...(protectedBefore !== undefined && { protectedBefore }) });
  });
}

/** What the list should become on delete. Undefined if there is nothing to remove, or if this delete has removed it already. */
export function decideRemoval(
  { projectId, allowOpenOnDelete }: Pick<AllowlistState, "projectId" | "allowOpenOnDelete">,
  { list, hasWritten }: Pick<Sight, "list" | "hasWritten">,
  desired: DesiredList,
): DesiredList | undefined {
  if (list.ips.length === 0 || hasWritten) return undefined;
  if (!allowOpenOnDelete && planList(list, desired)?.list.ips.length === 0) throw wouldOpen(projectId);
  return desired;
}

/** Removes the entries, and returns the list as last read. */
async function removeEntries(
  context: Context,
  state: AllowlistState,
  ours: string[],
  protection: (list: AllowedList) => boolean | undefined,
): Promise<readonly string[]> {
  const { projectId } = state;
  const edited = await editProjectList(context, projectId, (sight) =>
    decideRemoval(state, sight, { wanted: [], unwanted: ours, protectedOnly: protection(sight.list) }),
  );
  const { edit } = edited;
  if ("failure" in edited) {
    // If the state still listed them, the next delete would remove what another user has added again since.
    if (edit.writes.carriedOut === 0) refuseMissingProject(edited.failure);
    const { message } = edited.failure as Error;
    context.warn(
      `this resource's addresses were removed from ${nameList(projectId)}, but a later step failed.\n${message}`,
    );
  }
  const ips = "failure" in edited ? (edit.seen ?? []) : edited.list.ips;
  if (mayHaveWritten(edit) && ips.length === 0)
    context.warn(`${nameList(projectId)} is now empty, so anyone can connect.`);
  const missing = missingFrom(ips, ours);
  const written = ours.filter((entry) => !missing.includes(entry));
  if (written.length > 0)
    context.inform(`left in ${nameList(projectId)}: ${written.join(", ")}.\nAnother user added these addresses again.`);
  return ips;
}

/** A replacement that was killed may have added more. Its own next run removes it. */
function reportLaterCreate(
  context: Context,
  { projectId, mark, path }: AllowlistState,
  ips: readonly string[],
  { token = "", added }: Pending,
): void {
  const left = added.filter((entry) => ips.includes(entry));
  if (left.length === 0) return;
  const owner = { mark, ...(path !== undefined && { path }), token };
  const object = `what another run added to ${nameList(projectId)} (${left.join(", ")})`;
  context.leaveInPlace(object, { is: "sameResource", owner });
}
