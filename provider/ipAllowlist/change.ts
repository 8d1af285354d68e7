import { unfinished } from "../errors";
import type { Context } from "../lifecycle/context";
import type { Created } from "../lifecycle/lifecycle";
import type { AllowedList } from "./addresses/plan";
import { proveReachable } from "./closing";
import { decide, outputsWhenDone, outputsWhenFailed, outputsWhenOpen } from "./decide";
import { editProjectList } from "./edit";
import type { Edit } from "./editRecord";
import { mayHaveWritten } from "./editRecord";
import { handOver } from "./notes/handOver";
import { Notes } from "./notes/notes";
import { type Ours, protectionFound, wasRestricted } from "./ours";
import { memberOf, RunRegistry } from "./runRegistry";
import type { AllowlistInputs, AllowlistOutputs, AllowlistState } from "./state";
import { type Survey, survey, willCloseOpenList } from "./survey";
import { openList, STAYS_OPEN, staysEmptied, unclaimedEntries } from "./wording";

export async function createAllowlist(context: Context, inputs: AllowlistInputs): Promise<Created<AllowlistOutputs>> {
  return { id: inputs.projectId, outputs: await applyAllowlist(context, inputs, undefined) };
}

export function updateAllowlist(
  context: Context,
  state: AllowlistState,
  inputs: AllowlistInputs,
): Promise<AllowlistOutputs> {
  return applyAllowlist(context, inputs, state);
}

/** Adds this resource's addresses to the list, removes those that are no longer desired, and leaves everything else alone. */
function applyAllowlist(
  context: Context,
  desired: AllowlistInputs,
  state: AllowlistState | undefined,
): Promise<AllowlistOutputs> {
  const { projectId } = desired;
  const registry = context.run.memory(RunRegistry);
  return registry.takeTurn(projectId, async () => {
    const notes = new Notes(context.run, desired, state);
    const known = survey(registry, desired, state, notes.read());
    if (notes.unclaimed.length > 0) context.warn(unclaimedEntries(projectId, notes.unclaimed));
    notes.begin(known);
    const applied = await applyToProject(context, known, notes);
    if ("failure" in applied) return recordAndRethrow(registry, known, notes, applied);
    recordSuccess(context, known, notes);
    return applied;
  });
}

interface Failed {
  failure: unknown;
  /** Whether the list was changed, or may have been. */
  isChanged: boolean;
  /** What to save in the state. Undefined if no entry of this resource is in the list. */
  outputs?: AllowlistOutputs;
}

async function applyToProject(context: Context, known: Survey, notes: Notes): Promise<AllowlistOutputs | Failed> {
  const { desired, pending } = known;
  const planned = await willCloseOpenList(context, known).then(
    (willClose) => ({ willClose }),
    (failure): Failed => ({ failure, isChanged: false }),
  );
  if ("failure" in planned) return planned;
  const { willClose } = planned;
  const note = (ours: Ours) => void notes.write(known, ours, willClose);
  const edited = await editProjectList(context, desired.projectId, (sight) => decide(known, willClose, sight), {
    ours: pending && { added: pending.added, protectedBefore: pending.protectedBefore },
    note,
  });
  const fail = (failure: unknown): Failed => {
    const isChanged = mayHaveWritten(edited.edit);
    return { failure, isChanged, ...(isChanged && { outputs: outputsWhenFailed(known, willClose, edited.edit) }) };
  };
  if ("failure" in edited) return fail(edited.failure);
  return concludeEdit(context, known, willClose, edited).catch(fail);
}

/** What the list is like now. After closing it, makes sure that this machine can still connect. */
async function concludeEdit(
  context: Context,
  known: Survey,
  willClose: boolean,
  { list, edit }: { list: AllowedList; edit: Edit },
): Promise<AllowlistOutputs | Failed> {
  if (list.ips.length === 0) return leaveOpen(context, known);
  const closed = willClose ? await proveReachable(context, known, edit) : undefined;
  if (!closed) return outputsWhenDone(known, edit);
  if (!closed.isPutBack) throw closed.refusal;
  return { failure: closed.refusal, isChanged: true, ...(known.state && { outputs: outputsWhenOpen(known) }) };
}

function leaveOpen(context: Context, known: Survey): AllowlistOutputs {
  const { desired, state } = known;
  const { projectId } = desired;
  if (wasRestricted(state)) context.warn(staysEmptied(projectId));
  else context.inform(`${openList(projectId)}.\n${STAYS_OPEN}`);
  return outputsWhenOpen(known);
}

function recordSuccess(context: Context, known: Survey, notes: Notes): void {
  const { desired, state, pending, others, gone } = known;
  const { projectId, protectedBranchesOnly } = desired;
  notes.finish();
  const protectedBefore = protectedBranchesOnly === undefined ? protectionFound(state, pending) : undefined;
  handOver(context.run, projectId, others, { added: gone, ...(protectedBefore !== undefined && { protectedBefore }) });
}

/** If something was written, the state will record it. Otherwise, what an earlier run noted still counts. */
function recordAndRethrow(
  registry: RunRegistry,
  { desired, state, token }: Survey,
  notes: Notes,
  { failure, isChanged, outputs }: Failed,
): never {
  if (isChanged) notes.finish();
  else notes.putBack();
  if (outputs) throw unfinished(desired.projectId, { ...outputs }, failure);
  if (state) registry.remember(desired.projectId, memberOf(desired, token, state.edition));
  else registry.forget(desired.projectId, token);
  throw failure;
}
