import type { Context } from "../lifecycle/context";
import type { Found } from "../lifecycle/lifecycle";
import { refuseMissingProject } from "../neon/errors";
import type { ProjectSettings } from "../neon/project";
import { missingFrom } from "./addresses/plan";
import { toAllowedList } from "./edit";
import { wasRestricted } from "./ours";
import type { AllowlistInputs, AllowlistOutputs, AllowlistState } from "./state";
import { blockedConnections, emptiedList, openList, restrictsTo, staysEmptied } from "./wording";

export async function readAllowlist(
  context: Context,
  state: AllowlistState,
): Promise<Found<AllowlistInputs, AllowlistOutputs>> {
  // The state of a `.get()` is empty.
  const { projectId = state.id, addresses = [], protectedBranchesOnly } = state;
  const settings = await context.neon.readSettings(projectId).catch(refuseMissingProject);
  const found = toAllowedList(settings);
  const isOpen = found.ips.length === 0;
  const wasClosed = (isOpen && wasRestricted(state)) || undefined;
  if (wasClosed && state.whenOpen !== "restrict") context.warn(staysEmptied(projectId));
  const missing = isOpen ? [] : missingFrom(found.ips, addresses);
  // An entry that is gone, or spelled differently now, no longer belongs to this resource, even if it comes back later.
  const added = (state.added ?? []).filter((entry) => found.ips.includes(entry));
  return {
    outputs: { effective: isOpen ? "open" : "restricted", wasClosed, added },
    inputs: {
      projectId,
      clickPipesRegion: state.clickPipesRegion,
      ips: state.ips,
      addresses: addresses.filter((entry) => !missing.includes(entry)),
      whenOpen: state.whenOpen,
      // An empty list restricts no branch, so the setting only counts once the list is closed.
      protectedBranchesOnly:
        protectedBranchesOnly === undefined || isOpen ? protectedBranchesOnly : (found.protectedOnly ?? false),
      allowOpenOnDelete: state.allowOpenOnDelete,
    },
    drift: [
      ...(isOpen ? driftOfOpenList({ ...state, projectId, addresses }) : []),
      ...driftOfProject(projectId, settings),
    ],
  };
}

export function driftOfOpenList({ projectId, addresses, whenOpen, effective }: AllowlistState): string[] {
  if (effective !== "restricted" && whenOpen !== "restrict") return [];
  const what = effective === "restricted" ? emptiedList(projectId) : openList(projectId);
  const next = whenOpen === "restrict" ? restrictsTo(addresses) : "`pulumi up` leaves it open";
  return [`${what}; ${next}`];
}

function driftOfProject(projectId: string, { block_public_connections: isBlocked }: ProjectSettings): string[] {
  return isBlocked ? [blockedConnections(projectId).join(" ")] : [];
}
