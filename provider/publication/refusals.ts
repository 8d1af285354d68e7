import { refusal, type SourceError } from "../errors";
import { absentObjects, notOurs } from "../lifecycle/refusals";
import { type Blocker, displayBlocker } from "../postgres/errors";
import { sameStack } from "../postgres/sql/mark";
import type { Server } from "../postgres/sql/server";
import { displaySlot, type Slot } from "../postgres/sql/slots";
import { displayIdentifier, displayTables, type Table } from "../postgres/sql/table";
import type { ActualPublication } from "./sql/actual";
import { displayAllUnsafe, type UnsafeTable } from "./sql/safety";
import type { OwnerFacts } from "./sql/unpublishable";

export const RUNNING_PIPE =
  "A running ClickPipe looks its publication up by name and OID as of the change it reads, so it would fail or lose changes, and " +
  "has to be resynced. To do it all the same: stop the pipe, set `allowReplace: true` (and `allowLeftoverSlots: true`, since its slot " +
  "stays), run `pulumi up`, and resync the pipe";

export function neededReplacement(reasons: string[]): SourceError {
  return refusal("needsReplacement", `${reasons.join("; ")}. ${RUNNING_PIPE}`);
}

export function tooOldServer(what: string, least: number, version: number): SourceError {
  return refusal("notSupported", `${what} takes Postgres ${least} or later; this is ${version}`);
}

export function missingCreate(server: Server): SourceError {
  const { user, database } = server;
  return refusal(
    "mayNotCreate",
    `"${user}" may not create publications in database "${database}": ${grantCreate(server, user)}`,
  );
}

export function tooWideScope(whole: string, { user }: Server): SourceError {
  return refusal(
    "mayNotCreate",
    `publishing ${whole} takes a superuser, or on Neon a member of neon_superuser; "${user}" is neither. List the tables instead`,
  );
}

export function refusedOwner(
  { name }: OwnerFacts,
  server: Server,
  why: "absent" | "outOfReach" | "noSuperuser" | "mayNotCreate",
): SourceError {
  const texts = {
    absent: "there is no such role",
    outOfReach: `"${server.user}" needs the rights of that role and to be allowed to set it: ${grantRole(name, server)}`,
    noSuperuser: "only a superuser may be given a publication of all tables or of schemas",
    mayNotCreate: `it needs CREATE on the database: ${grantCreate(server, name)}`,
  };
  return refusal("owner", `owner "${name}": ${texts[why]}. Nothing was changed`);
}

export function missingOwnerRights({ name, owner }: ActualPublication, server: Server): SourceError {
  return refusal(
    "mayNotAlter",
    `publication "${name}" belongs to ${displayIdentifier(owner)}, and "${server.user}" does not have the rights of that role: ` +
      grantRole(owner, server),
  );
}

function grantCreate({ database }: Server, role: string): string {
  return `GRANT CREATE ON DATABASE ${displayIdentifier(database)} TO ${displayIdentifier(role)}`;
}

function grantRole(role: string, { user }: Server): string {
  return `GRANT ${displayIdentifier(role)} TO ${displayIdentifier(user)}`;
}

export function unpublishable(reasons: string[]): SourceError {
  return refusal("unpublishable", `${reasons.join("; ")}. Nothing was changed`);
}

export function absentTables(absent: string[], server: Server, become: string[]): SourceError {
  const known = become.length > 0 ? ` (${become.join("; ")})` : "";
  return absentObjects(server.database, absent, "nothing was changed", known);
}

/** A filter that ends its own parenthesis could name other tables. */
export function malformedFilter(tables: Table[]): SourceError {
  return refusal("filter", `\`where\` of ${displayTables(tables)} is not one expression. Nothing was changed`);
}

export function refusedFilter(tables: Table[], why: string): SourceError {
  const separator = why.includes("\n") ? "\n" : " ";
  return refusal("filter", `\`where\` of ${displayTables(tables)}: ${why}${separator}Nothing was changed`);
}

export function unsafeTables(unsafe: UnsafeTable[]): SourceError {
  return refusal(
    "unsafeTables",
    `published, these tables would have UPDATE or DELETE fail in the application: ${displayAllUnsafe(unsafe)}. Mend them, leave them out, ` +
      "or accept it with `allowUnsafeTables: true`. Nothing was changed",
  );
}

/** `name`: under which it was looked for; `ours`: the mark of the resource that wants it. */
export function foreignPublication(name: string, { marked }: ActualPublication, ours: string): SourceError {
  const mark = marked.owner?.mark;
  return notOurs({ kind: "publication", name, mark, sameStack: sameStack(mark ?? "", ours) });
}

export function takenName(name: string, current: string): SourceError {
  return refusal(
    "nameTaken",
    `publication "${current}" cannot be renamed to "${name}": there is another publication of that name. Nothing was changed`,
  );
}

export function narrowerScope(name: string, removed: string): SourceError {
  return refusal(
    "narrowerThanFound",
    `publication "${name}" also holds ${removed}: adopting it with this scope would take that away from whoever reads it. ` +
      "List it too, or consent with `allowReplace: true`",
  );
}

export function slotsInTheWay(name: string, slots: Slot[]): SourceError {
  const names = slots.map(displaySlot).join(", ");
  return refusal(
    "slotsInTheWay",
    `publication "${name}" may still be read: ${names}. An inactive slot does not say which publication it belongs to. Delete the ` +
      "ClickPipe first, and drop a slot that nobody will read again (SELECT pg_catalog.pg_drop_replication_slot('…')); or set " +
      "`allowLeftoverSlots: true` on the publication, run `pulumi up`, and try again. Nothing was changed",
  );
}

export function openTransactions(name: string, open: Blocker[]): SourceError {
  const names = [...new Set(open.map(displayBlocker))].slice(0, 5).join(", ");
  return refusal(
    "openTransactions",
    `publication "${name}": tables pass from the list to their schema or back, and a reader would lose changes of transactions that ` +
      `began before: ${names}. Until then they are published by both, and nothing is lost. ` +
      "Run `pulumi up` again when these have ended",
  );
}
