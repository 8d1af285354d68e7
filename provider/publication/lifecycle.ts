import { ARGUMENT_NAMES } from "../lifecycle/argumentNames";
import type { AllArguments, Lifecycle } from "../lifecycle/lifecycle";
import { checkArguments } from "./arguments";
import { createPublication, updatePublication } from "./change";
import { lookAtPublication } from "./look";
import { readPublication } from "./read";
import { removePublication } from "./remove";
import type { PublicationInputs, PublicationOutputs } from "./state";

type Names = typeof ARGUMENT_NAMES.Publication;

export const publication: Lifecycle<PublicationInputs, PublicationOutputs> = {
  needs: () => ["postgres"],
  arguments: ARGUMENT_NAMES.Publication satisfies AllArguments<PublicationInputs, Names>,
  check: checkArguments,
  owns: ({ name }) => ({ kind: "publication", name, uniqueIn: "database" }),
  look: lookAtPublication,
  create: createPublication,
  read: readPublication,
  update: updatePublication,
  remove: removePublication,
};
