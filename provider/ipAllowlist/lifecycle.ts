import { ARGUMENT_NAMES } from "../lifecycle/argumentNames";
import type { Inputs } from "../lifecycle/arguments";
import type { Context } from "../lifecycle/context";
import type { Found, Lifecycle } from "../lifecycle/lifecycle";
import { hasUnknown, isUnknown } from "../lifecycle/unknown";
import { readProjectId } from "../logicalReplication/lifecycle";
import { explainProjectGone, publicBlocked } from "../neon/errors";
import { missingFrom } from "./addresses/plan";
import { ADDRESSES_AS_OF, isClickPipes, type Region, regionAddresses } from "./addresses/regions";
import { readIps, readRegion, resolveAddresses } from "./arguments";
import { createAllowlist, updateAllowlist } from "./change";
import { listOf } from "./edit";
import { removeAllowlist } from "./remove";

export interface AllowlistInputs extends Inputs {
  mark: string;
  projectId: string;
  clickPipesRegion?: Region;
  ips?: string[];
  addresses: string[];
  whenOpen: "leaveOpen" | "restrict";
  protectedBranchesOnly?: boolean;
  allowOpenOnDelete?: boolean;
}

export interface AllowlistState extends AllowlistInputs {
  effective: "open" | "restricted";
  token: string;
  /** Of this state: fresh with each create and update. */
  edition?: string;
  /** The entries that were not there before us, and so are ours to take out. */
  added: string[];
  /** `protected_branches_only` before us, where we changed it. */
  protectedBefore?: boolean;
}

export const ipAllowlist: Lifecycle = {
  needs: ({ whenOpen }) => (whenOpen === "restrict" ? ["neon", "postgres"] : ["neon"]),
  arguments: ARGUMENT_NAMES.IpAllowlist,

  check(args) {
    const region = readRegion(args);
    const ips = readIps(args);
    const whenOpen = args.oneOf("whenOpen", "leaveOpen", "restrict") ?? "leaveOpen";
    if (region === undefined && (ips === undefined || ips.length === 0) && args.problems.length === 0) {
      args.problem("clickPipesRegion", "give the cloud and region of the ClickHouse service, or `ips`, or both");
    }
    if (whenOpen === "restrict" && !hasUnknown(ips) && (ips ?? []).every(isClickPipes)) {
      args.problem(
        "ips",
        'with `whenOpen: "restrict"` list the addresses of your applications and of this machine, beside those of ClickPipes: ' +
          "whoever is not in the list is shut out",
      );
    }
    return {
      projectId: readProjectId(args),
      clickPipesRegion: region,
      ips,
      addresses: resolveAddresses(region, ips),
      whenOpen,
      protectedBranchesOnly: args.flag("protectedBranchesOnly"),
      allowOpenOnDelete: args.flag("allowOpenOnDelete"),
    };
  },

  look,

  replaces: (state, inputs) =>
    isUnknown(inputs.projectId) || state.projectId === inputs.projectId ? [] : ["projectId"],
  create: createAllowlist,
  read,
  update: updateAllowlist,
  remove: removeAllowlist,
};

/** What a preview can say of it: that the addresses are guessed, and that a list that is open now will be closed. */
async function look(context: Context, olds: Inputs, inputs: Inputs): Promise<void> {
  const { clickPipesRegion: region, projectId, addresses, whenOpen } = inputs as AllowlistInputs;
  if (region && regionAddresses(region).unknownRegion) {
    context.warn(
      `region ${region.region} of ${region.cloud} is in no table of ClickPipes addresses (as of ${ADDRESSES_AS_OF}): those of ` +
        "the default region are used. Check ClickHouse's page on static IPs",
    );
  }
  if (whenOpen !== "restrict" || (olds.whenOpen === "restrict" && olds.projectId === projectId)) return;
  const settings = await context.lookAtNeon(projectId, (neon) => neon.readSettings(projectId));
  if (!settings || listOf(settings).ips.length > 0) return;
  context.warn(
    `the IP Allow list of project ${projectId} is empty, so everybody may connect; \`pulumi up\` closes it to all but ${addresses.join(", ")}`,
  );
}

async function read(context: Context, id: string, inputs: Inputs): Promise<Found | undefined> {
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
