import { refusal, type SourceError } from "../errors";
import type { When } from "./sentences";
import type { Whose } from "./whose";

// Several ClickPipesGrants may share a role. Each keeps a note in the role's comment, so that a note proves nothing about others.

/** Says that a create takes over what an earlier create of the same grants gave. `effects`: sentences on what that does. */
export function resumedGrants(role: string, when: When, effects: readonly string[]): string {
  const [verb, outcome] =
    when === "will" ? ["carries", "`pulumi up` takes them over."] : ["carried", "They were taken over."];
  return [
    `role "${role}" ${verb} the note of an earlier create of these grants.`,
    "It was interrupted, is being replaced, or belongs to another stack of the same name.",
    outcome,
    ...effects,
  ].join("\n");
}

/** Says that other roles carry a note of the grants that were created for `role`. */
export function alsoNoted(role: string, others: readonly string[]): string {
  const names = others.map((name) => `"${name}"`).join(", ");
  return [
    `role ${names} also carries a note of these grants, which are now to role "${role}".`,
    "An interrupted run of this resource granted to it, or another stack of the same name did. It was left unchanged.",
    "If Pulumi is replacing the grants, it revokes them next.",
    `Otherwise, to revoke them, set \`role\` to ${names}, run \`pulumi up\`, then set it back and run \`pulumi up\` again.`,
  ].join("\n");
}

/** Says in a report of drift that the role's comment does not hold the note of the state. */
export function noteDrift(role: string, { is }: Whose): string[] {
  if (is === "current") return [];
  if (is === "sameResource" || is === "ambiguous")
    return [`the comment of role "${role}" carries the note of another create of these grants`];
  return [`the comment of role "${role}" no longer contains the note of these grants`];
}

/** The comment of the role in the state has lost the note, so a delete cannot prove that `rights` are still these grants'. */
export function lostNote(role: string, rights: string): SourceError {
  return refusal(
    "lostMarker",
    `role "${role}" has lost the note of these grants: its comment was replaced.`,
    `Nothing was revoked. The role still has ${rights}.`,
    "Run `pulumi refresh` and `pulumi up`, which write the note again. Then destroy again.",
    "If you have removed this resource from the program, put it back first.",
    "If you revoke these rights yourself, delete has nothing left to do.",
    "To leave them in place instead, remove this resource from the state with `pulumi state delete`.",
  );
}
