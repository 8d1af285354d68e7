import type { Identity } from "../postgres/sql/mark";
import type { Place } from "../postgres/sql/place";
import { displayIdentity } from "./identity";
import type { ObjectName } from "./program";
import type { Whose } from "./whose";

/** Whether something will happen, as a preview says, or has happened. */
export type When = "will" | "done";

/** Where a copied marker was written. */
export function displayOrigin(place: Place | undefined): string {
  if (place?.neonBranch) return `database "${place.database}" on branch ${place.neonBranch}`;
  return place ? `database "${place.database}" (system identifier ${place.systemIdentifier})` : "another place";
}

/**
 * Says that a create takes over what exists, in lines. `effects`: sentences on what else that does to the object, such as a new
 * password.
 */
export function takeover({ kind, name }: ObjectName, found: Whose, when: When, effects: readonly string[]): string {
  const [does, done] = found.is === "sameResource" ? ["takes it over", "taken over"] : ["adopts it", "adopted"];
  const outcome = when === "will" ? `\`pulumi up\` ${does}.` : `It was ${done}.`;
  return [`${kind} "${name}" exists${originOf(found)}.`, ...causesOf(found), outcome, ...effects].join("\n");
}

function causesOf({ is, owner }: Whose): string[] {
  if (is !== "sameResource" || owner.path === undefined) return [];
  return ["An interrupted run created it, Pulumi is replacing it, or another stack has the same name."];
}

/** A resumed adoption: the state that knew how the object was is lost. */
export const ADOPTED_AGAIN =
  "Delete leaves it in place, and restores nothing: how it was at first is not known any more.";

/** Says that an update takes an object back that came to carry the marker of another create. */
export function takenBack({ kind, name }: ObjectName, found: Whose): string[] {
  switch (found.is) {
    case "sameResource":
      return [
        `${kind} "${name}" carried the marker of another create of this resource.\nThis update took it over, since it is the one in the state.`,
      ];
    case "copy":
      return [
        `${kind} "${name}" carried the marker of ${displayIdentity(found.owner)} in ${displayOrigin(found.owner.place)}.\nThis update took it over, since it is the one in the state.`,
      ];
    default:
      return [];
  }
}

function originOf(found: Whose): string {
  switch (found.is) {
    case "sameResource":
      return found.owner.path === undefined
        ? ", and carries a marker that an earlier version wrote for a resource of this name"
        : ", and carries this resource's marker";
    case "copy":
      return `, as a copy of the one that belongs to ${displayIdentity(found.owner)} in ${displayOrigin(found.owner.place)}`;
    case "otherStack":
    case "sibling":
    case "ambiguous":
    case "current":
      return `, and belongs to ${displayIdentity(found.owner)}`;
    case "unreadable":
      return ", and carries a marker that cannot be read";
    case "unmarked":
    case "noOne":
      return "";
  }
}

/** Says that a delete leaves an object in place, and why. */
export function leftInPlace(object: string, found: Whose): string {
  switch (found.is) {
    case "current":
    case "sameResource":
      return [
        `${object} belongs to a later create of this resource, so delete left it unchanged.`,
        "If no later create is in this stack, as after an older state was restored, run `pulumi up`, which takes it over. Then destroy again.",
      ].join("\n");
    case "copy":
    case "sibling":
    case "otherStack":
    case "ambiguous":
      return `${object} now belongs to ${displayIdentity(found.owner)}. Delete left it unchanged.`;
    case "unmarked":
    case "noOne":
    case "unreadable":
      return `${object} carries no marker of this resource. Delete left it unchanged.`;
  }
}

/** Says in a report of drift that the object in the state is not, or no longer, this resource's. */
export function ownershipDrift({ kind, name }: ObjectName, found: Whose): string[] {
  switch (found.is) {
    case "current":
    case "noOne":
      return [];
    case "unmarked":
    case "unreadable":
      return [`${kind} "${name}" does not carry this resource's marker in its comment`];
    case "sameResource":
    case "ambiguous":
    case "copy":
      return [`${kind} "${name}" carries the marker of another create of this resource`];
    case "sibling":
    case "otherStack":
      return [`${kind} "${name}" now belongs to ${displayIdentity(found.owner)}`];
  }
}

/** Names what else carries the marker of this resource, under another name. */
export function alsoMarked(kind: ObjectName["kind"], others: readonly string[], owner: Identity, drop: string): string {
  const names = others.map((name) => `"${name}"`).join(", ");
  return [
    `${kind} ${names} also carries the marker of ${displayIdentity(owner)}.`,
    "An interrupted run of this resource created it under that name, or another stack of the same name did. It was left unchanged.",
    "If Pulumi is replacing this resource, it deletes it next.",
    `Otherwise, if nothing uses it, run: ${drop}`,
  ].join("\n");
}
