import type { Lifecycle } from "./lifecycle";
import { checkPublication } from "./publicationArguments";
import { createPublicationResource, updatePublication } from "./publicationChange";
import { PUBLICATION_ARGUMENTS } from "./publicationInputs";
import { lookAtPublication } from "./publicationLook";
import { readPublicationResource } from "./publicationRefresh";
import { removePublication } from "./publicationRemoval";

export const publication: Lifecycle = {
  needs: () => ["postgres"],
  arguments: PUBLICATION_ARGUMENTS,
  check: checkPublication,
  look: lookAtPublication,
  create: createPublicationResource,
  read: readPublicationResource,
  update: updatePublication,
  remove: removePublication,
};
