import { ARGUMENT_NAMES } from "../lifecycle/argumentNames";
import type { AllArguments, Lifecycle } from "../lifecycle/lifecycle";
import { checkArguments } from "./arguments";
import { createUser } from "./create";
import { look } from "./look";
import { readUser } from "./read";
import { removeUser } from "./remove";
import type { UserInputs, UserOutputs } from "./state";
import { updateUser } from "./update";

type Names = typeof ARGUMENT_NAMES.ClickPipesUser;

export const clickPipesUser: Lifecycle<UserInputs, UserOutputs> = {
  needs: () => ["postgres"],
  secrets: ["password"],
  arguments: ARGUMENT_NAMES.ClickPipesUser satisfies AllArguments<UserInputs, Names>,
  check: checkArguments,
  owns: ({ name }) => ({ kind: "role", name, uniqueIn: "server" }),
  look,
  create: createUser,
  read: readUser,
  update: updateUser,
  remove: removeUser,
};
