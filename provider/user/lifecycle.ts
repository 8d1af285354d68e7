import { announceRole } from "../lifecycle/announcedRoles";
import { ARGUMENT_NAMES } from "../lifecycle/argumentNames";
import type { Lifecycle } from "../lifecycle/lifecycle";
import { readArguments } from "./arguments";
import { createUser } from "./create";
import { look } from "./look";
import { readUser } from "./read";
import { removeUser } from "./remove";
import { updateUser } from "./update";

export const clickPipesUser: Lifecycle = {
  needs: () => ["postgres"],
  secrets: ["password"],
  arguments: ARGUMENT_NAMES.ClickPipesUser,
  check(args, olds) {
    const inputs = readArguments(args, olds);
    announceRole(inputs.name);
    return inputs;
  },
  look,
  create: createUser,
  read: readUser,
  update: updateUser,
  remove: removeUser,
};
