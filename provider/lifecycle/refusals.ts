import { refusal, type SourceError } from "../errors";
import type { Place } from "../postgres/sql/place";

/** `found` has no system identifier if the name of the database alone differs, which needs no connection to find out. */
export function otherDatabase(
  expected: Place,
  found: Pick<Place, "database"> & Partial<Place>,
  host: string,
): SourceError {
  return refusal(
    "otherDatabase",
    `this resource lives in ${displayPlace(expected)}, but the connection is to ${displayPlace(found)} at ${host}.`,
    "Nothing was changed.",
    "Point the provider back at the database in which the resource was created.",
    "If that database was restored or moved on purpose, set the provider's `acceptMovedDatabase: true`, run `pulumi up` and " +
      "`pulumi refresh`, then remove the setting.",
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

export function noCredentials(what: string, ...lines: string[]): SourceError {
  return refusal("noCredentials", what, ...lines);
}

/**
 * The program names objects that do not exist in the database. `outcome` is a sentence on what was left undone; `known` is what
 * is known about them.
 */
export function absentObjects(database: string, names: string[], outcome: string, known = ""): SourceError {
  return refusal(
    "notThere",
    `not in database "${database}": ${names.join(", ")}${known}.`,
    outcome,
    "Create it first, or remove it from the list.",
  );
}
