import { refusal, type SourceError } from "../errors";
import { absentObjects } from "../lifecycle/refusals";
import type { InTheWay } from "../lifecycle/waitUntilFree";
import { type Blocker, displayBlocker } from "../postgres/errors";
import type { Server } from "../postgres/sql/server";
import { displaySlot, nameSlot, type Slot } from "../postgres/sql/slots";
import { displayIdentifier, displayTables, type Table } from "../postgres/sql/table";
import type { ActualPublication } from "./sql/actual";
import { describeUnsafe, type UnsafeTable } from "./sql/safety";
import type { OwnerFacts } from "./sql/unpublishable";

const UNCHANGED = "Nothing was changed.";

export const RUNNING_PIPE = [
  "A running ClickPipe looks up its publication by name and OID, as of the change it reads.",
  "It would fail or lose changes, and it would need a resync.",
  "To make the change anyway: stop the pipe, set `allowReplace: true` (and `allowLeftoverSlots: true`, since the pipe's slot stays), " +
    "run `pulumi up`, then resync the pipe.",
].join("\n");

export function neededReplacement(reasons: string[]): SourceError {
  const [what = "", ...more] = reasons.map((reason) => `${reason}.`);
  return refusal("needsReplacement", what, ...more, RUNNING_PIPE);
}

export function tooOldServer(what: string, least: number, version: number): SourceError {
  return refusal(
    "notSupported",
    `${what} requires Postgres ${least} or later.`,
    `This server runs Postgres ${version}.`,
  );
}

export function missingCreate(name: string, server: Server): SourceError {
  const { user, database } = server;
  return refusal(
    "mayNotCreate",
    `"${user}" cannot create publication "${name}" in database "${database}".`,
    "Creating a publication requires CREATE on the database.",
    `As the owner of the database, run: ${grantCreate(server, user)}`,
  );
}

export function tooWideScope(name: string, whole: string, { user }: Server): SourceError {
  return refusal(
    "mayNotCreate",
    `"${user}" cannot create publication "${name}" for ${whole}.`,
    "That requires a superuser or, on Neon, a member of neon_superuser.",
    "List the tables in `tables` instead.",
  );
}

export function refusedOwner(
  publication: string,
  { name }: OwnerFacts,
  server: Server,
  why: "absent" | "outOfReach" | "notSuperuser" | "mayNotCreate",
): SourceError {
  const lines = {
    absent: ["There is no such role."],
    outOfReach: [
      `"${server.user}" needs the privileges of that role, and permission to SET ROLE to it.`,
      `Run: ${grantRole(name, server)}`,
    ],
    notSuperuser: ["Only a superuser can own a publication of all tables or of schemas."],
    mayNotCreate: ["The owner needs CREATE on the database.", `Run: ${grantCreate(server, name)}`],
  };
  return refusal(
    "owner",
    `role "${name}" cannot become the owner of publication "${publication}".`,
    ...lines[why],
    UNCHANGED,
  );
}

export function missingOwnerRights({ name, owner }: ActualPublication, server: Server): SourceError {
  return refusal(
    "mayNotAlter",
    `publication "${name}" belongs to ${displayIdentifier(owner)}, so "${server.user}" cannot change it.`,
    `"${server.user}" does not have the privileges of that role.`,
    `Run: ${grantRole(owner, server)}`,
  );
}

function grantCreate({ database }: Server, role: string): string {
  return `GRANT CREATE ON DATABASE ${displayIdentifier(database)} TO ${displayIdentifier(role)};`;
}

function grantRole(role: string, { user }: Server): string {
  return `GRANT ${displayIdentifier(role)} TO ${displayIdentifier(user)};`;
}

/** Why a listed table or schema cannot be published, and what to do about it. */
export interface Obstacle {
  why: string;
  fix: string;
}

/** `table` is the table as it is displayed. */
export function foreignTable(table: string, owner: string, server: Server): Obstacle {
  return {
    why: `${table} belongs to ${displayIdentifier(owner)}, and only its owner can publish it.`,
    fix: `"${server.user}" is not a member of that role. Run: ${grantRole(owner, server)}`,
  };
}

export function unpublishable(obstacles: Obstacle[]): SourceError {
  const [what = "", ...more] = obstacles.map(({ why }) => why);
  const fixes = new Set(obstacles.map(({ fix }) => fix));
  return refusal("unpublishable", what, ...more, ...fixes, UNCHANGED);
}

export function absentTables(absent: string[], server: Server, become: string[]): SourceError {
  const known = become.length > 0 ? ` (${become.join("; ")})` : "";
  return absentObjects(server.database, absent, UNCHANGED, known);
}

/** A filter that closes its own parenthesis could add other tables to the statement. */
export function malformedFilter(tables: Table[]): SourceError {
  return refusal(
    "filter",
    `\`where\` of ${displayTables(tables)} is not a single expression.`,
    "With it, the publication would not hold the tables that are listed.",
    UNCHANGED,
  );
}

export function refusedFilter(tables: Table[], why: string): SourceError {
  return refusal("filter", `Postgres rejected \`where\` of ${displayTables(tables)}.`, why, UNCHANGED);
}

export function unsafeTables(unsafe: UnsafeTable[]): SourceError {
  return refusal(
    "unsafeTables",
    "publishing these tables would make the application's UPDATE or DELETE fail.",
    ...describeUnsafe(unsafe),
    "Fix the tables, leave them out, or accept the failures with `allowUnsafeTables: true`.",
    UNCHANGED,
  );
}

export function takenName(name: string, current: string): SourceError {
  return refusal(
    "nameTaken",
    `publication "${current}" cannot be renamed to "${name}".`,
    "Another publication already has that name.",
    UNCHANGED,
    "Choose another name, or rename or drop that publication first.",
  );
}

export function narrowerScope(name: string, removed: string): SourceError {
  return refusal(
    "narrowerThanFound",
    `publication "${name}" also covers ${removed}.`,
    "Adopting it with this scope would take that away from its readers.",
    "List it too, or accept the narrower scope with `allowReplace: true`.",
  );
}

export function slotsInTheWay(name: string, slots: Slot[]): SourceError {
  const isAnyInactive = slots.some(({ pid }) => pid === null);
  return refusal(
    "slotsInTheWay",
    `publication "${name}" may still be read through ${slots.map(displaySlot).join(", ")}.`,
    ...(isAnyInactive ? ["An inactive slot does not say which publication it belongs to."] : []),
    "Delete the ClickPipe first.",
    "Drop a slot that no pipe will read again: SELECT pg_catalog.pg_drop_replication_slot('…');",
    "To go ahead anyway, set `allowLeftoverSlots: true` on the publication, run `pulumi up`, then try again.",
    UNCHANGED,
  );
}

export function openTransactions(name: string, open: Blocker[]): SourceError {
  const names = [...new Set(open.map(displayBlocker))].slice(0, 5).join(", ");
  return refusal(
    "openTransactions",
    `publication "${name}" cannot finish moving tables between \`tables\` and \`schemas\` yet.`,
    `A reader would lose the changes of transactions that began before this change: ${names}.`,
    "Until they end, the tables are published both ways, and no change is lost.",
    "Run `pulumi up` again when they have ended.",
  );
}

/** Looking is not free, and a ClickPipe takes seconds to stop. */
const PAUSE_MS = 1000;

/** Slots that may read the publication of this name must go away before it is dropped, replaced or renamed. */
export function slotsToWaitFor(name: string, slots: Slot[]): InTheWay {
  return { names: slots.map(nameSlot), pauseMs: PAUSE_MS, refusal: () => slotsInTheWay(name, slots) };
}
