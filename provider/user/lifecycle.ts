import { ARGUMENT_NAMES } from "../lifecycle/argumentNames";
import type { Lifecycle } from "../lifecycle/lifecycle";
import { checkArguments } from "./arguments";
import { createUser } from "./create";
import { look } from "./look";
import { readUser } from "./read";
import { removeUser } from "./remove";
import type { UserInputs, UserOutputs } from "./state";
import { updateUser } from "./update";

export const clickPipesUser: Lifecycle<UserInputs, UserOutputs> = {
  needs: () => ["postgres"],
  secrets: ["password"],
  arguments: ARGUMENT_NAMES.ClickPipesUser,
  check: checkArguments,
  look,
  create: createUser,
  read: readUser,
  update: updateUser,
  remove: removeUser,
};
