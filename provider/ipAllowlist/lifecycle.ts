import { ARGUMENT_NAMES } from "../lifecycle/argumentNames";
import type { AllArguments, Lifecycle } from "../lifecycle/lifecycle";
import { checkArguments } from "./arguments";
import { createAllowlist, updateAllowlist } from "./change";
import { diffAllowlist } from "./diff";
import { look } from "./look";
import { readAllowlist } from "./read";
import { removeAllowlist } from "./remove";
import type { AllowlistInputs, AllowlistOutputs } from "./state";

type Names = typeof ARGUMENT_NAMES.IpAllowlist;

export const ipAllowlist: Lifecycle<AllowlistInputs, AllowlistOutputs> = {
  needs: ({ whenOpen }) => (whenOpen === "restrict" ? ["neon", "postgres"] : ["neon"]),
  arguments: ARGUMENT_NAMES.IpAllowlist satisfies AllArguments<AllowlistInputs, Names>,
  check: checkArguments,
  look,
  replaces: diffAllowlist,
  create: createAllowlist,
  read: readAllowlist,
  update: updateAllowlist,
  remove: removeAllowlist,
};
