import { refusal } from "../errors";
import { notOurs } from "../lifecycle/refusals";
import { type Blocker, displayBlocker } from "../postgres/errors";
import { type Ownership, sameStack } from "../postgres/sql/mark";
import type { Server } from "../postgres/sql/server";
import { displaySlot, type Slot } from "../postgres/sql/slots";
import { displayIdentifier, displayTable, displayTables, type Table, tableKey } from "../postgres/sql/table";
import type { ActualPublication } from "./sql/actual";
import type { DesiredPublication } from "./sql/desired";
import type { PublicationPlan } from "./sql/plan";
import { displayAllUnsafe, type UnsafeTable } from "./sql/safety";
import type { OwnerFacts, UnpublishableTable } from "./sql/unpublishable";

export const RUNNING_PIPE =
  "A running ClickPipe looks its publication up by name and OID as of the change it reads, so it would fail or lose changes, and " +
  "has to be resynced. To do it all the same: stop the pipe, set `allowReplace: true` (and `allowLeftoverSlots: true`, since its slot " +
  "stays), run `pulumi up`, and resync the pipe";

export function needsReplacement(reasons: string[]) {
  return refusal("needsReplacement", `${reasons.join("; ")}. ${RUNNING_PIPE}`);
}

/** What this server's version cannot do. */
export function refuseUnsupported({ version }: Server, desired: DesiredPublication): void {
  const need = (least: number, what: string) => {
    if (version < least) throw refusal("notSupported", `${what} takes Postgres ${least} or later; this is ${version}`);
  };
  if (desired.schemas.length > 0) need(15, "`schemas` in a publication");
  if (desired.tables.some(({ columns }) => columns !== undefined)) need(15, "a list of columns in a publication");
  if (desired.tables.some(({ where }) => where !== undefined)) need(15, "a row filter in a publication");
  if (desired.generatedColumns === "stored") need(18, '`publishGeneratedColumns: "stored"`');
}

/** What our admin may not create; what exists may be altered with less. */
export function refuseCreation(server: Server, desired: DesiredPublication): void {
  const { superuser, memberOfPrivilegedRole, mayCreate, user, database } = server;
  if (superuser) return;
  if (!mayCreate) {
    const fix = `GRANT CREATE ON DATABASE ${displayIdentifier(database)} TO ${displayIdentifier(user)}`;
    throw refusal("mayNotCreate", `"${user}" may not create publications in database "${database}": ${fix}`);
  }
  const whole = desired.allTables ? "all tables" : desired.schemas.length > 0 ? "whole schemas" : undefined;
  if (whole !== undefined && !memberOfPrivilegedRole) {
    throw refusal(
      "mayNotCreate",
      `publishing ${whole} takes a superuser, or on Neon a member of neon_superuser; "${user}" is neither. List the tables instead`,
    );
  }
}

/** What may not become the owner, or would be out of our reach afterwards. */
export function refuseOwner(server: Server, desired: DesiredPublication, owner: OwnerFacts | undefined): void {
  if (!owner) return;
  const { name } = owner;
  const refuse = (text: string) => {
    throw refusal("owner", `owner "${name}": ${text}. Nothing was changed`);
  };
  if (!owner.exists) refuse("there is no such role");
  if (server.superuser) return;
  if (!owner.maySet || !owner.hasRights)
    refuse(
      `"${server.user}" needs the rights of that role and to be allowed to set it: ` +
        `GRANT ${displayIdentifier(name)} TO ${displayIdentifier(server.user)}`,
    );
  if ((desired.allTables || desired.schemas.length > 0) && !owner.superuser)
    refuse("only a superuser may be given a publication of all tables or of schemas");
  if (!owner.mayCreate)
    refuse(
      `it needs CREATE on the database: GRANT CREATE ON DATABASE ${displayIdentifier(server.database)} TO ${displayIdentifier(name)}`,
    );
}

/** Refuses listed tables that cannot be published, and gives those that are not there. Only what is added must be ours. */
export function refuseUnpublishable(rows: UnpublishableTable[], server: Server, plan?: PublicationPlan): string[] {
  const touched =
    plan && plan.replace.length === 0
      ? new Set([...plan.added, ...plan.changed.map(({ to }) => to)].map(tableKey))
      : undefined;
  const refused = rows.flatMap((row) => reasons(row, server, touched));
  if (refused.length > 0) throw refusal("unpublishable", `${refused.join("; ")}. Nothing was changed`);
  return rows.filter(({ kind }) => kind === "absent").map(displayListed);
}

function reasons(row: UnpublishableTable, server: Server, touched: Set<string> | undefined): string[] {
  const shown = displayListed(row);
  const { kind, owned, owner, unknownColumns, generatedColumns, needsRoot } = row;
  if (kind === "absent") return [];
  if (kind) return [`${shown} is ${kind}, which a publication cannot hold`];
  const foreign =
    !owned && (touched === undefined || touched.has(tableKey({ schema: row.schema, name: row.name ?? "" })));
  const columns = (list: string[]) => list.map(displayIdentifier).join(", ");
  return [
    ...(foreign
      ? [
          `${shown} belongs to ${displayIdentifier(owner ?? "")}, and only its owner may publish it: "${server.user}" is not a member of that role`,
        ]
      : []),
    ...(unknownColumns.length > 0 ? [`${shown} has no column ${columns(unknownColumns)}`] : []),
    ...(generatedColumns.length > 0
      ? [`${columns(generatedColumns)} of ${shown}: this server cannot list generated columns in a publication`]
      : []),
    ...(needsRoot ? [`${shown} is partitioned, so its columns and filter take \`publishViaPartitionRoot: true\``] : []),
  ];
}

function displayListed({ schema, name }: UnpublishableTable): string {
  return name === null ? `schema ${displayIdentifier(schema)}` : `table ${displayTable({ schema, name })}`;
}

export function notThere(absent: string[], server: Server, become: string[]) {
  const known = become.length > 0 ? ` (${become.join("; ")})` : "";
  return refusal(
    "notThere",
    `not in database "${server.database}": ${absent.join(", ")}${known}. Create it first, or take it out of the list; nothing was changed`,
  );
}

/** A filter that ends its own parenthesis could name other tables. */
export function notOneFilter(tables: Table[]) {
  return refusal("filter", `\`where\` of ${displayTables(tables)} is not one expression. Nothing was changed`);
}

export function filterRefused(tables: Table[], why: string) {
  const separator = why.includes("\n") ? "\n" : " ";
  return refusal("filter", `\`where\` of ${displayTables(tables)}: ${why}${separator}Nothing was changed`);
}

export function unsafeTables(unsafe: UnsafeTable[]) {
  return refusal(
    "unsafeTables",
    `published, these tables would have UPDATE or DELETE fail in the application: ${displayAllUnsafe(unsafe)}. Mend them, leave them out, ` +
      "or accept it with `allowUnsafeTables: true`. Nothing was changed",
  );
}

export function mayNotAlter(actual: ActualPublication, server: Server) {
  return refusal(
    "mayNotAlter",
    `publication "${actual.name}" belongs to ${displayIdentifier(actual.owner)}, and "${server.user}" does not have the rights of that role: ` +
      `GRANT ${displayIdentifier(actual.owner)} TO ${displayIdentifier(server.user)}`,
  );
}

export function belongsToAnother(name: string, owner: Ownership | undefined, ours: string) {
  const mark = owner?.mark;
  return notOurs({ kind: "publication", name, mark, sameStack: sameStack(mark ?? "", ours) });
}

export function nameTaken(name: string, current: string) {
  return refusal(
    "nameTaken",
    `publication "${current}" cannot be renamed to "${name}": there is another publication of that name. Nothing was changed`,
  );
}

export function narrowerThanFound(name: string, removed: string) {
  return refusal(
    "narrowerThanFound",
    `publication "${name}" also holds ${removed}: adopting it with this scope would take that away from whoever reads it. ` +
      "List it too, or consent with `allowReplace: true`",
  );
}

export function slotsInTheWay(name: string, slots: Slot[]) {
  const names = slots.map(displaySlot).join(", ");
  return refusal(
    "slotsInTheWay",
    `publication "${name}" may still be read: ${names}. An inactive slot does not say which publication it belongs to. Delete the ` +
      "ClickPipe first, and drop a slot that nobody will read again (SELECT pg_catalog.pg_drop_replication_slot('…')); or set " +
      "`allowLeftoverSlots: true` on the publication, run `pulumi up`, and try again. Nothing was changed",
  );
}

export function openTransactions(name: string, open: Blocker[]) {
  const names = [...new Set(open.map(displayBlocker))].slice(0, 5).join(", ");
  return refusal(
    "openTransactions",
    `publication "${name}": tables pass from the list to their schema or back, and a reader would lose changes of transactions that ` +
      `began before: ${names}. Until then they are published by both, and nothing is lost. ` +
      "Run `pulumi up` again when these have ended",
  );
}
