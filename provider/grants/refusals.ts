import { refusal, type SourceError } from "../errors";
import { type ActualRight, displayRights } from "./sql/actual";

export function noSuchRole(role: string, database: string): SourceError {
  return refusal(
    "noSuchRole",
    `role "${role}" does not exist on the server of database "${database}": make it first, or correct \`role\``,
  );
}

/** Names of the program that mean nothing in the database. */
export function notThere(names: string[], database: string): SourceError {
  return refusal(
    "notThere",
    `not in database "${database}": ${names.join(", ")}. Create it first, or take it out of the list; nothing was granted.`,
  );
}

export function stillGranted(role: string, kept: ActualRight[]): SourceError {
  return refusal(
    "stillGranted",
    `the server took the REVOKE from role "${role}" without carrying it out: ${displayRights(kept)}. Revoke it as its grantor, then destroy again.`,
  );
}
