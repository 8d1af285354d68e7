import { ARGUMENT_NAMES } from "../lifecycle/argumentNames";
import type { AllArguments, Lifecycle } from "../lifecycle/lifecycle";
import { checkArguments } from "./arguments";
import { createGrants, updateGrants } from "./change";
import { lookAtGrants } from "./look";
import { readGrants } from "./read";
import { removeGrants } from "./remove";
import type { GrantsInputs, GrantsOutputs } from "./state";

type Names = typeof ARGUMENT_NAMES.ClickPipesGrants;

export const clickPipesGrants: Lifecycle<GrantsInputs, GrantsOutputs> = {
  needs: () => ["postgres"],
  arguments: ARGUMENT_NAMES.ClickPipesGrants satisfies AllArguments<GrantsInputs, Names>,
  check: checkArguments,
  look: lookAtGrants,
  create: createGrants,
  read: readGrants,
  update: updateGrants,
  remove: removeGrants,
};
