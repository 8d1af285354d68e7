import { ARGUMENT_NAMES } from "../lifecycle/argumentNames";
import type { Lifecycle } from "../lifecycle/lifecycle";
import { checkPublication } from "./arguments";
import { createPublicationResource, updatePublication } from "./change";
import { lookAtPublication } from "./look";
import { readPublicationResource } from "./read";
import { removePublication } from "./remove";

export const publication: Lifecycle = {
  needs: () => ["postgres"],
  arguments: ARGUMENT_NAMES.Publication,
  check: checkPublication,
  look: lookAtPublication,
  create: createPublicationResource,
  read: readPublicationResource,
  update: updatePublication,
  remove: removePublication,
};
