import { refusal, type SourceError } from "../errors";
import { identifier, qualified } from "../postgres/sql/statement";
import { displayIdentifier, displayTable } from "../postgres/sql/table";
import { joinFirst } from "../text";
import { type ActualRight, displayRights } from "./sql/actual";
import { groupBy } from "./sql/groupBy";
import type { PassedOn } from "./sql/passedOn";

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

/** How many objects are listed one by one. */
const LISTED = 20;

/** The role has granted its rights to other roles, so Postgres refuses to revoke them. */
export function passedOn(role: string, rights: PassedOn[]): SourceError {
  const objects = groupBy(rights, privilegeOn);
  const named = objects.map((group) => `${displayObject(group[0])} to ${group.map(displayGrantee).join(", ")}`);
  const shown = objects.slice(0, LISTED);
  return refusal(
    "passedOn",
    `role "${role}" has granted rights to other roles that these grants have to revoke from it.`,
    `It granted ${joinFirst(named, LISTED)}.`,
    "Nothing more was revoked: Postgres takes such rights away only together. To do that, run:",
    ...shown.map(([one]) => `REVOKE ${privilegeOn(one)} FROM ${identifier(role)} CASCADE;`),
    "Then run the command again. To let the other roles keep their access, grant it to them directly after that:",
    ...shown.map((group) => `GRANT ${privilegeOn(group[0])} TO ${group.map(grantee).join(", ")};`),
  );
}

/** The privilege and its object, as GRANT and REVOKE have it. */
function privilegeOn({ kind, schema, name, column }: PassedOn): string {
  if (kind === "schema") return `USAGE ON SCHEMA ${identifier(schema)}`;
  if (kind === "connect") return `CONNECT ON DATABASE ${identifier(name)}`;
  return `SELECT${column === null ? "" : ` (${identifier(column)})`} ON TABLE ${qualified({ schema, name })}`;
}

function displayObject({ kind, schema, name, column }: PassedOn): string {
  if (kind === "schema") return `USAGE on schema ${displayIdentifier(schema)}`;
  if (kind === "connect") return `CONNECT on database ${displayIdentifier(name)}`;
  return `SELECT${column === null ? "" : ` (${displayIdentifier(column)})`} on table ${displayTable({ schema, name })}`;
}

function grantee({ grantee: name }: PassedOn): string {
  return name === null ? "PUBLIC" : identifier(name);
}

function displayGrantee({ grantee: name }: PassedOn): string {
  return name === null ? "PUBLIC" : displayIdentifier(name);
}
