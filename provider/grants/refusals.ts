import { refusal, type SourceError } from "../errors";
import { type ActualRight, displayRights } from "./sql/actual";

export function noSuchRole(role: string, database: string): SourceError {
  return refusal(
    "noSuchRole",
    `role "${role}" does not exist on the server of database "${database}".`,
    "Create the role first, or correct `role`.",
  );
}

export function stillGranted(role: string, kept: ActualRight[]): SourceError {
  return refusal(
    "stillGranted",
    `role "${role}" still has rights that these grants gave: ${displayRights(kept)}.`,
    "Postgres accepted the REVOKE but did not carry it out.",
    "Run REVOKE as the grantor in parentheses, then delete these grants again.",
  );
}
