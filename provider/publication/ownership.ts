import { notOursToUpdate, takenOver, uncertainOwner } from "../ownership/refusals";
import { ADOPTED_AGAIN, alsoMarked, takeover, type When } from "../ownership/sentences";
import { decideTakeover } from "../ownership/takeover";
import { type Asker, isExactlyOf, type Whose, whose } from "../ownership/whose";
import { placeOf, type Server } from "../postgres/sql/server";
import { nameSlot } from "../postgres/sql/slots";
import { displayIdentifier, displayTables } from "../postgres/sql/table";
import type { ActualPublication } from "./sql/actual";
import { parametersToSet } from "./sql/parameters";
import { commentOnPublication, dropPublication, type Existing } from "./sql/plan";
import type { PublicationState } from "./state";
import type { Change, Survey } from "./survey";

const named = (name: string) => ({ kind: "publication", name }) as const;
const existing = ({ name, marked }: ActualPublication) => ({ ...named(name), marked });

export interface Judged {
  found: Whose;
  /** Whether the publication existed before this resource, so that delete leaves it in place. */
  adopted: boolean;
}

/** Tells whose the publication is that a change finds, and refuses to change another resource's. */
export function judgeChange(change: Change, server: Server, actual: ActualPublication): Judged {
  const { inputs, before, formerName } = change;
  const found = whose(actual, change.asker(placeOf(server)));
  if (formerName === undefined)
    return {
      found,
      adopted: decideTakeover(existing(actual), found, inputs) === "adopt",
    };
  refuseOthers(change, formerName, actual, found);
  return { found, adopted: before?.adopted === true };
}

/** A preview does not know the token in the state, so it refuses only what certainly is another resource's. */
function refuseOthers({ before, oid }: Change, formerName: string, actual: ActualPublication, found: Whose) {
  const { oid: seen, name } = actual;
  const isOfState = oid === null ? name === formerName : oid === seen;
  switch (found.is) {
    case "current":
    case "unmarked":
      return;
    case "sibling":
    case "otherStack":
      throw isOfState ? takenOver(existing(actual), found.owner) : notOursToUpdate(named(name), found);
    case "ambiguous":
      if (before) throw isOfState ? uncertainOwner(existing(actual)) : notOursToUpdate(named(name), found);
      return;
    default:
      // What has taken the place of the one in the state is taken over. What only has the new name is not.
      if (before && !isOfState && name !== formerName) throw notOursToUpdate(named(name), found);
  }
}

/** Whether delete leaves the publication in place, without what this resource changed. */
export function isGivenBack({ adopted, deleteAdopted }: Pick<PublicationState, "adopted" | "deleteAdopted">): boolean {
  return adopted === true && !deleteAdopted;
}

export interface JudgedRemoval {
  act: "drop" | "giveBack" | "leave" | "refuse";
  found: Whose;
}

/**
 * Decides what delete does with the publication. It drops only what carries the token of the state, and changes nothing for a
 * state without a token.
 */
export function judgeRemoval(state: PublicationState, actual: ActualPublication, asker: Asker): JudgedRemoval {
  const found = whose(actual, asker);
  if (found.is !== "current" && found.is !== "unmarked") return { act: "leave", found };
  if (isGivenBack(state)) return { act: state.token === undefined ? "leave" : "giveBack", found };
  return { act: found.is === "current" ? "drop" : "refuse", found };
}

/** Says that a create takes over what exists, and what that does to it. */
export function describeTakeover({ inputs }: Change, found: Whose, effects: string[], when: When): string {
  return takeover(named(inputs.name), found, when, effects);
}

/** What a takeover does to the publication, in sentences that hold before and after it. */
export function takeoverEffects(
  { inputs, desired }: Change,
  { slots }: Survey,
  { actual, plan }: Existing,
  { found, adopted }: Judged,
): string[] {
  const { added, removed, changed, addedSchemas, removedSchemas } = plan;
  const gone = removed.filter(({ schema }) => !desired.schemas.includes(schema));
  const difference = [
    ...listed("Tables added", displayTables(added)),
    ...listed("Tables removed", displayTables(gone)),
    ...listed("Columns or row filters set", displayTables(changed.map(({ to }) => to))),
    ...listed("Schemas added", addedSchemas.map(displayIdentifier).join(", ")),
    ...listed("Schemas removed", removedSchemas.map(displayIdentifier).join(", ")),
    ...listed("Parameters set", parametersToSet(desired, actual).join(", ")),
  ];
  const isRead = slots.length > 0 && added.length + addedSchemas.length > 0;
  return [
    ...(plan.replace.length > 0 ? ["It is dropped and recreated."] : difference),
    ...(found.is === "sameResource" && isRead
      ? [
          `It may be read through ${slots.map(nameSlot).join(", ")}.`,
          "If a ClickPipe already replicates a table that is added, changes made in the meantime never reached ClickHouse: resync it.",
        ]
      : []),
    adopted && !inputs.deleteAdopted ? deleteOf(found) : "Delete drops it.",
  ];
}

function deleteOf(found: Whose): string {
  return found.is === "sameResource" ? ADOPTED_AGAIN : "Delete leaves it in place.";
}

function listed(what: string, list: string): string[] {
  return list === "" ? [] : [`${what}: ${list}.`];
}

/** Warns about other publications that carry the marker of this very resource, as after a create that was killed and renamed. */
export function alsoMarkedWarnings({ inputs, asker }: Change, { server, marked }: Survey): string[] {
  const { here } = asker(placeOf(server));
  const others = marked.filter((other) => other.name !== inputs.name && isExactlyOf(inputs, here, other.marked.owner));
  return others.map(({ name, marked: { comment, owner } }) => {
    // What existed before that create must not be dropped.
    const { text } = owner?.adopted ? commentOnPublication(name, comment) : dropPublication(name);
    return alsoMarked("publication", [name], inputs, `${text};`);
  });
}
