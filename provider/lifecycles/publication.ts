import { ARGUMENT_NAMES } from "./argumentNames";
import type { Lifecycle } from "./lifecycle";
import { checkPublication } from "./publicationArguments";
import { createPublicationResource, updatePublication } from "./publicationChange";
import { lookAtPublication } from "./publicationLook";
import { readPublicationResource } from "./publicationRefresh";
import { removePublication } from "./publicationRemoval";

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
