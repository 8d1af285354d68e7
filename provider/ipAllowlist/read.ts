import type { Inputs } from "../lifecycle/arguments";
import type { Context } from "../lifecycle/context";
import type { Found } from "../lifecycle/lifecycle";
import { explainProjectGone, publicBlocked } from "../neon/errors";
import { missingFrom } from "./addresses/plan";
import { listOf } from "./edit";
import type { AllowlistState } from "./state";

export async function read(context: Context, id: string, inputs: Inputs): Promise<Found | undefined> {
  const state = { ...inputs, projectId: inputs.projectId ?? id } as AllowlistState;
  const {
    projectId,
    clickPipesRegion,
    addresses = [],
    ips,
    whenOpen,
    protectedBranchesOnly,
    allowOpenOnDelete,
  } = state;
  const settings = await context.neon.readSettings(projectId).catch(explainProjectGone);
  const found = listOf(settings);
  const isOpen = found.ips.length === 0;
  const missing = isOpen ? [] : missingFrom(found.ips, addresses);
  const drift: string[] = [];
  if (isOpen && (state.effective === "restricted" || whenOpen === "restrict")) {
    const what = state.effective === "restricted" ? "was emptied" : "is empty";
    const next = whenOpen === "restrict" ? `closes it to all but ${addresses.join(", ")}` : "leaves it so";
    drift.push(`the IP Allow list of project ${projectId} ${what}: it is open to the world, and \`pulumi up\` ${next}`);
  }
  if (settings.block_public_connections) drift.push(publicBlocked(projectId).message);
  // What is there no longer as we wrote it has become somebody else's, whatever comes back later.
  const added = (state.added ?? []).filter((entry) => found.ips.includes(entry));
  return {
    outputs: { effective: isOpen ? "open" : "restricted", added },
    inputs: {
      projectId,
      clickPipesRegion,
      ips,
      addresses: addresses.filter((entry) => !missing.includes(entry)),
      whenOpen,
      // An empty list has no protected branches: what it says of them begins to count when it is closed.
      protectedBranchesOnly:
        protectedBranchesOnly === undefined || isOpen ? protectedBranchesOnly : (found.protectedOnly ?? false),
      allowOpenOnDelete,
    },
    drift,
  };
}
