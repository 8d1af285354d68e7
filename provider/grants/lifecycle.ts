import { ARGUMENT_NAMES } from "../lifecycle/argumentNames";
import type { Lifecycle } from "../lifecycle/lifecycle";
import { checkArguments } from "./arguments";
import { createGrants, updateGrants } from "./change";
import { lookAtGrants } from "./look";
import { readGrants } from "./read";
import { removeGrants } from "./remove";
import type { GrantsInputs, GrantsOutputs } from "./state";

export const clickPipesGrants: Lifecycle<GrantsInputs, GrantsOutputs> = {
  needs: () => ["postgres"],
  arguments: ARGUMENT_NAMES.ClickPipesGrants,
  check: checkArguments,
  look: lookAtGrants,
  create: createGrants,
  read: readGrants,
  update: updateGrants,
  remove: removeGrants,
};
