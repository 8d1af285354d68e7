import { ARGUMENT_NAMES } from "../lifecycle/argumentNames";
import type { Lifecycle } from "../lifecycle/lifecycle";
import { readProjectId } from "../lifecycle/projectId";
import { hasUnknown, isUnknown } from "../lifecycle/unknown";
import { isClickPipes } from "./addresses/regions";
import { readIps, readRegion, resolveAddresses } from "./arguments";
import { createAllowlist, updateAllowlist } from "./change";
import { look } from "./look";
import { read } from "./read";
import { removeAllowlist } from "./remove";

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
