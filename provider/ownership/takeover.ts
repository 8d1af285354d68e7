import type { Identity } from "../postgres/sql/mark";
import { type ExistingObject, notOurs } from "./refusals";
import type { Whose } from "./whose";

/** How a create deals with what exists: it resumes its own, or adopts another's. */
export type Takeover = "resume" | "adopt";

/** The resource that creates, and whether it may adopt. */
interface Asking extends Identity {
  adopt?: boolean;
}

/** Decides whether a create may take over what it found, or refuses it by throwing. */
export function decideTakeover(object: ExistingObject, found: Whose, asker: Asking): Takeover {
  switch (found.is) {
    case "current":
    case "sameResource":
      // An adoption that was interrupted goes on as one, whatever the program says now.
      return found.owner.adopted ? "adopt" : "resume";
    case "sibling":
    case "ambiguous":
      throw notOurs(object, found, asker);
    default:
      if (asker.adopt) return "adopt";
      throw notOurs(object, found, asker);
  }
}
