import { refusal, type SourceError } from "../errors";
import { formatComment, type Identity, type Marked } from "../postgres/sql/mark";
import { identifier, literal } from "../postgres/sql/statement";
import { differInOrganizationAlone, displayIdentity } from "./identity";
import type { ObjectName } from "./program";
import { displayOrigin } from "./sentences";
import type { Whose } from "./whose";

/** An object that exists, with its comment. */
export interface ExistingObject extends ObjectName {
  marked: Marked;
}

/** Refuses to create what exists, or to change what belongs to another resource. Names every way on. */
export function notOurs(object: ExistingObject, found: Whose, asker?: Identity): SourceError {
  const { kind, name } = object;
  const asked = found.is === "sibling" && asker ? [`This resource is ${displayIdentity(asker, true)}.`] : [];
  return refusal(
    "notOurs",
    `${kind} "${name}" already exists and ${whoseWords(found)}.`,
    ...asked,
    ...waysOn(object, found, asker),
  );
}

/** Refuses an update of an object that is gone, where another one has its new name. An update adopts nothing. */
export function notOursToUpdate({ kind, name }: ObjectName, found: Whose): SourceError {
  return refusal(
    "notOurs",
    `${kind} "${name}" already exists and ${whoseWords(found)}.`,
    `The ${kind} in the state is gone, and an update adopts no other.`,
    "Choose another name.",
    `To adopt this one instead, run \`pulumi refresh\` first: the next \`pulumi up\` is then a create, and \`adopt: true\` counts.`,
  );
}

/** The statement that removes the owner's marker, and keeps what else the comment holds. */
export function removeMarker({ kind, name, marked: { owner: _owner, ...rest } }: ExistingObject): string {
  const comment = formatComment(rest);
  return `COMMENT ON ${kind.toUpperCase()} ${identifier(name)} IS ${comment === null ? "NULL" : literal(comment).trim()};`;
}

function whoseWords(found: Whose): string {
  switch (found.is) {
    case "sibling":
      return `belongs to ${displayIdentity(found.owner, true)}, a resource of this stack`;
    case "ambiguous":
      return "carries a marker of an earlier version, which two resources of this program may have made";
    case "sameResource":
    case "current":
      return "belongs to this resource";
    case "otherStack":
      return `belongs to ${displayIdentity(found.owner)}`;
    case "copy":
      return `is a copy of the one that belongs to ${displayIdentity(found.owner)} in ${displayOrigin(found.owner.place)}`;
    case "unreadable":
      return "carries a marker that cannot be read";
    case "unmarked":
    case "noOne":
      return "was not created by this resource";
  }
}

const SHARED = { role: "user", publication: "publication" } as const;

function waysOn(object: ExistingObject, found: Whose, asker?: Identity): string[] {
  const { kind } = object;
  const clear = removeMarker(object);
  switch (found.is) {
    case "sibling":
      return [
        `To use it in several sources, share it: pass that resource as \`${SHARED[kind]}\`.`,
        "If you renamed or moved that resource in the program, give this one `aliases` with the old name or parent.",
        found.owner.place === undefined
          ? `If this is a copy, such as on a branch, or no resource of the stack manages it any more, remove its marker (${clear}) and set \`adopt: true\`.`
          : `If no resource of the stack manages it any more, remove its marker (${clear}) and set \`adopt: true\`.`,
        "Otherwise, choose another name.",
      ];
    case "ambiguous":
      return [
        `The marker names ${found.owner.mark}, but not the component that the resource is in.`,
        "If this resource manages it and is being replaced, change any argument and run `pulumi up` first, which adds the component to the marker. Then replace it.",
        `If neither of the two manages it now, remove its marker (${clear}) and set \`adopt: true\`.`,
        "Otherwise, choose another name.",
      ];
    case "otherStack":
      return [
        ...(asker ? adviceOnOrganization(asker.mark, found.owner.mark) : []),
        "To take it over, set `adopt: true`. Delete then leaves it in place, and gives it back.",
        "Otherwise, choose another name.",
      ];
    default:
      return [
        "To manage it as is, set `adopt: true`. Delete then leaves it in place.",
        "Otherwise, choose another name.",
      ];
  }
}

/** The plugin is not told the organization, so the object may be the resource's own. */
function adviceOnOrganization(asker: string, owner: string): string[] {
  if (!differInOrganizationAlone(asker, owner)) return [];
  const [wanted] = owner.split("/");
  return [
    `Only the organization differs from this resource, which is ${asker}.`,
    `If it is this resource's, and the program uses the plugin, set the provider's \`organization\` to "${wanted}".`,
  ];
}

/** Two resources of one program name the same object. Neither is changed. */
export function twoOwners({ kind, name }: ObjectName, [first, second]: [Identity, Identity]): SourceError {
  return refusal(
    "twoOwners",
    `${kind} "${name}" has two owners in this program: ${displayIdentity(first, true)} and ${displayIdentity(second, true)}.`,
    "Each would undo what the other does.",
    `Give one of them another \`name\`, or share it: pass the first resource as \`${SHARED[kind]}\` to the second source.`,
    `If both already have it in their state, remove the one whose refresh reports the marker of another create, and run \`pulumi up\`: delete leaves the ${kind} in place. Then add it again under another name.`,
  );
}

/** The object in the state has become another resource's, so an update changes nothing. */
export function takenOver(object: ExistingObject, owner: Identity): SourceError {
  return refusal(
    "takenOver",
    `${object.kind} "${object.name}" now belongs to ${displayIdentity(owner)}.`,
    "Nothing was changed: two owners would undo what the other does.",
    "Remove this resource from its program: delete leaves the object in place.",
    "If the other resource adopted it, you can also remove that one from its program, which gives the object back. Then try again.",
    `If no program manages that resource any more, remove its marker (${removeMarker(object)}), then run \`pulumi refresh\` and \`pulumi up\`.`,
  );
}

/** The object in the state carries the marker of an earlier version, and another resource of the program may have written it. */
export function uncertainOwner(object: ExistingObject): SourceError {
  const { kind, name } = object;
  return refusal(
    "takenOver",
    `${kind} "${name}" carries a marker of an earlier version, which two resources of this program may have made.`,
    "Nothing was changed: two owners would undo what the other does.",
    "If the other one manages it, remove this resource from its program and run `pulumi up`: delete leaves the object in place. Then add it again under another name.",
    `If only this one manages it, remove the marker (${removeMarker(object)}), then run \`pulumi refresh\` and \`pulumi up\`.`,
  );
}

/** The object in the state has lost its marker, so a delete cannot prove that it is the one to drop. */
export function lostMarker({ kind, name }: ObjectName): SourceError {
  return refusal(
    "lostMarker",
    `${kind} "${name}" has lost this resource's marker: its comment was replaced.`,
    "Nothing was dropped.",
    "Run `pulumi refresh` and `pulumi up`, which write the marker again. Then destroy again.",
    "If you have removed this resource from the program, put it back first.",
    "To leave the object in place instead, remove this resource from the state with `pulumi state delete`.",
  );
}
