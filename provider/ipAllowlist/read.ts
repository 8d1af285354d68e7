import type { Context } from "../lifecycle/context";
import type { Found } from "../lifecycle/lifecycle";
import { refuseMissingProject } from "../neon/errors";
import type { ProjectSettings } from "../neon/project";
import { missingFrom } from "./addresses/plan";
import { toAllowedList } from "./edit";
import { publicBlocked } from "./refusals";
import type { AllowlistInputs, AllowlistOutputs, AllowlistState } from "./state";
import { closesTo, nameList } from "./wording";

export async function readAllowlist(
  context: Context,
  state: AllowlistState,
): Promise<Found<AllowlistInputs, AllowlistOutputs>> {
  // Of a `.get()` there is nothing in the state.
  const { projectId = state.id, addresses = [], protectedBranchesOnly } = state;
  const settings = await context.neon.readSettings(projectId).catch(refuseMissingProject);
  const found = toAllowedList(settings);
  const isOpen = found.ips.length === 0;
  const missing = isOpen ? [] : missingFrom(found.ips, addresses);
  // What is there no longer as we wrote it has become somebody else's, whatever comes back later.
  const added = (state.added ?? []).filter((entry) => found.ips.includes(entry));
  return {
    outputs: { effective: isOpen ? "open" : "restricted", added },
    inputs: {
      projectId,
      clickPipesRegion: state.clickPipesRegion,
      ips: state.ips,
      addresses: addresses.filter((entry) => !missing.includes(entry)),
      whenOpen: state.whenOpen,
      // An empty list has no protected branches: what it says of them begins to count when it is closed.
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

function driftOfOpenList({ projectId, addresses, whenOpen, effective }: AllowlistState): string[] {
  if (effective !== "restricted" && whenOpen !== "restrict") return [];
  const what = effective === "restricted" ? "was emptied" : "is empty";
  const next = whenOpen === "restrict" ? closesTo(addresses) : "leaves it so";
  return [`${nameList(projectId)} ${what}: it is open to the world, and \`pulumi up\` ${next}`];
}

function driftOfProject(projectId: string, { block_public_connections: isBlocked }: ProjectSettings): string[] {
  return isBlocked ? [publicBlocked(projectId).message] : [];
}
