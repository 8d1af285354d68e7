import type { SourceError } from "../errors";
import type { Context } from "../lifecycle/context";
import { editProjectList, type Sight } from "./edit";
import type { Edit } from "./editRecord";
import { reach } from "./reachability";
import { shutOut } from "./refusals";
import type { Survey } from "./survey";

export interface Closed {
  refusal: SourceError;
  /** Whether the addresses of this resource were removed from the list again. */
  isPutBack: boolean;
}

/**
 * Connects after the list was closed. If this machine is shut out, the applications may be too, so the addresses of this
 * resource are removed again.
 */
export async function proveReachable(context: Context, known: Survey, edit: Edit): Promise<Closed | undefined> {
  try {
    await reach(context);
    return undefined;
  } catch (error) {
    return openAgain(context, known, edit, error as Error);
  }
}

async function openAgain(context: Context, { desired, state }: Survey, edit: Edit, cause: Error): Promise<Closed> {
  const { projectId } = desired;
  const where = { projectId, host: context.postgres.settings.host, cause };
  const unwanted = [...(state?.added ?? []), ...edit.added];
  const removal = ({ list }: Sight) =>
    list.ips.length === 0 ? undefined : { wanted: [], unwanted, protectedOnly: edit.protectedBefore };
  const repaired = await editProjectList(context, projectId, removal);
  const isFailed = "failure" in repaired;
  if (isFailed && repaired.edit.writes.carriedOut === 0)
    return { refusal: shutOut({ ...where, failure: repaired.failure as Error }), isPutBack: false };
  const ips = isFailed ? (repaired.edit.seen ?? []) : repaired.list.ips;
  return { refusal: shutOut({ ...where, isOpen: ips.length === 0 }), isPutBack: true };
}
