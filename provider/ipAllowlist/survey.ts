import { type Context, freshToken } from "../lifecycle/context";
import { foreignServer } from "../neon/errors";
import { toAllowedList } from "./edit";
import { ownEntries } from "./ours";
import type { Pending } from "./pendingJournal";
import { reach } from "./reachability";
import type { Member, RunRegistry } from "./runRegistry";
import type { AllowlistInputs, AllowlistState } from "./state";

/** What a create or an update knows before it looks at the list. */
export interface Survey {
  desired: AllowlistInputs;
  state: AllowlistState | undefined;
  /** What a run that was killed after this state has noted. */
  pending: Pending | undefined;
  token: string;
  /** Of the state to come. */
  edition: string;
  /** Other resources of this run on the same project. */
  others: Member[];
  /** What was ours, and this resource wants no longer. */
  gone: string[];
}

/** From now on others of this run know what is desired here. */
export function survey(
  registry: RunRegistry,
  desired: AllowlistInputs,
  state: AllowlistState | undefined,
  pending: Pending | undefined,
): Survey {
  const { projectId, mark, addresses, protectedBranchesOnly } = desired;
  const token = state?.token ?? freshToken();
  const edition = freshToken();
  registry.remember(projectId, { token, mark, edition, addresses, protectedBranchesOnly });
  const gone = ownEntries(state, pending).filter((entry) => !addresses.includes(entry));
  return { desired, state, pending, token, edition, others: registry.othersOf(projectId, token), gone };
}

/**
 * Whether the list is open now and is to be closed, or an earlier run closed it and did not get to prove it right. Before an
 * open list is closed, this machine must get in: else nobody could tell afterwards whether it was shut out.
 */
export async function willCloseOpenList(context: Context, { desired, state, pending }: Survey): Promise<boolean> {
  const { projectId, whenOpen } = desired;
  if (whenOpen !== "restrict" || state?.effective === "restricted") return false;
  const { ips } = toAllowedList(await context.neon.readSettings(projectId));
  const closedWith = [...(state?.added ?? []), ...(pending?.closes ? pending.added : [])];
  if (ips.length > 0) return closedWith.some((entry) => ips.includes(entry));
  const found = await reach(context);
  // Elsewhere a connection would prove nothing.
  if (found && found !== projectId) throw foreignServer({ host: context.postgres.settings.host, projectId, found });
  return true;
}
