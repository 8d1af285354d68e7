import { refusal, type SourceError } from "../errors";
import type { Place } from "../postgres/sql/place";

/** `found` without a system identifier: told apart by the name alone, before anybody was asked. */

export function otherDatabase(
  expected: Place,
  found: Pick<Place, "database"> & Partial<Place>,
  host: string,
): SourceError {
  return refusal(
    "otherDatabase",
    `this resource lives in ${displayPlace(expected)}, but the connection is to ${displayPlace(found)} at ${host}. Nothing was touched. ` +
      "Point the provider back at the database it was made in; if that database was restored or moved on purpose, " +
      "set the provider's `acceptMovedDatabase: true`, run `pulumi up` and `pulumi refresh`, and take it out again.",
  );
}
export function displayPlace({ database, systemIdentifier, neonProject, neonBranch }: Partial<Place>): string {
  const parts = [
    ...(systemIdentifier ? [`system identifier ${systemIdentifier}`] : []),
    ...(neonProject ? [`Neon project ${neonProject}`] : []),
    ...(neonBranch ? [`branch ${neonBranch}`] : []),
  ];
  return parts.length > 0 ? `database "${database}" (${parts.join(", ")})` : `database "${database}"`;
}
export function noCredentials(what: string): SourceError {
  return refusal("noCredentials", what);
}
/** Names of the program that mean nothing in the database; `outcome`: what was left undone, with or without a full stop. */
export function absentObjects(database: string, names: string[], outcome: string, known = ""): SourceError {
  return refusal(
    "notThere",
    `not in database "${database}": ${names.join(", ")}${known}. Create it first, or take it out of the list; ${outcome}`,
  );
}

export interface OwnerFound {
  kind: "role" | "publication";
  name: string;
  /** Organisation, project, stack, type and name of the resource whose mark the object bears. */
  mark?: string;
  sameStack: boolean;
}
export function notOurs({ kind, name, mark, sameStack }: OwnerFound): SourceError {
  const whose =
    mark === undefined
      ? "and was not made by this resource"
      : `and belongs to ${mark}${sameStack ? ", a resource of this stack" : ""}`;
  const alias =
    mark !== undefined && sameStack
      ? " If that resource was renamed in the program, give this one `aliases` with its old name."
      : "";
  return refusal(
    "notOurs",
    `${kind} "${name}" exists already ${whose}.${alias} To manage it as it stands, set \`adopt: true\` ` +
      "(it is then left standing on delete); else choose another name.",
  );
}
