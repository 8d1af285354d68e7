import { type Context, freshToken } from "../lifecycle/context";
import { foreignServer } from "../neon/errors";
import { toAllowedList } from "./edit";
import type { Pending } from "./notes/pending";
import { ownEntries } from "./ours";
import { reach } from "./reachability";
import { type Member, memberOf, type RunRegistry } from "./runRegistry";
import type { AllowlistInputs, AllowlistState } from "./state";

/** What a create or an update knows before it reads the list. */
export interface Survey {
  desired: AllowlistInputs;
  state: AllowlistState | undefined;
  /** The notes of a run that was killed after this state. */
  pending: Pending | undefined;
  token: string;
  /** The edition of the state that this run will save. */
  edition: string;
  /** Other resources of this run in the same project. */
  others: Member[];
  /** Entries that this resource added, and no longer desires. */
  gone: string[];
}

/** Also registers what this resource desires, so that the other resources of this run know it. */
export function survey(
  registry: RunRegistry,
  desired: AllowlistInputs,
  state: AllowlistState | undefined,
  pending: Pending | undefined,
): Survey {
  const { projectId, addresses } = desired;
  const token = state?.token ?? freshToken();
  const edition = freshToken();
  registry.remember(projectId, memberOf(desired, token, edition));
  const gone = ownEntries(state, pending).filter((entry) => !addresses.includes(entry));
  return { desired, state, pending, token, edition, others: registry.othersOf(projectId, token), gone };
}

/**
 * What a run has to do about closing the list, given the entries in it. `prove`: an earlier run closed it and was interrupted
 * before it proved that this machine is not shut out.
 */
export function planClosing(known: Survey, ips: readonly string[]): "none" | "prove" | "close" {
  if (!mayClose(known)) return "none";
  if (ips.length === 0) return "close";
  const { state, pending } = known;
  const closedWith = [...(state?.added ?? []), ...(pending?.closes ? pending.added : [])];
  return closedWith.some((entry) => ips.includes(entry)) ? "prove" : "none";
}

function mayClose({ desired, state }: Survey): boolean {
  return desired.whenOpen === "restrict" && state?.effective !== "restricted";
}

/**
 * Tells whether this run closes the list, or has to prove an earlier close. Before an open list is closed, this machine must be
 * able to connect. Otherwise a failure afterwards would not prove that it was shut out.
 */
export async function willCloseOpenList(context: Context, known: Survey): Promise<boolean> {
  if (!mayClose(known)) return false;
  const { projectId } = known.desired;
  const closing = planClosing(known, toAllowedList(await context.neon.readSettings(projectId)).ips);
  if (closing !== "close") return closing === "prove";
  const found = await reach(context);
  // A connection to another project would prove nothing.
  if (found && found !== projectId) throw foreignServer({ host: context.postgres.settings.host, projectId, found });
  return true;
}
