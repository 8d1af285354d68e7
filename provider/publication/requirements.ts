import type { Server } from "../postgres/sql/server";
import { displayIdentifier, displayTable, tableKey } from "../postgres/sql/table";
import { missingCreate, refusedOwner, tooOldServer, tooWideScope, unpublishable } from "./refusals";
import type { DesiredPublication } from "./sql/desired";
import type { PublicationPlan } from "./sql/plan";
import type { OwnerFacts, UnpublishableTable } from "./sql/unpublishable";

/** What this server's version cannot do. */
export function refuseUnsupported({ version }: Server, desired: DesiredPublication): void {
  const need = (least: number, what: string) => {
    if (version < least) throw tooOldServer(what, least, version);
  };
  if (desired.schemas.length > 0) need(15, "`schemas` in a publication");
  if (desired.tables.some(({ columns }) => columns !== undefined)) need(15, "a list of columns in a publication");
  if (desired.tables.some(({ where }) => where !== undefined)) need(15, "a row filter in a publication");
  if (desired.generatedColumns === "stored") need(18, '`publishGeneratedColumns: "stored"`');
}

/** What our admin may not create; what exists may be altered with less. */
export function refuseCreation(server: Server, desired: DesiredPublication): void {
  if (server.superuser) return;
  if (!server.mayCreate) throw missingCreate(server);
  const whole = desired.allTables ? "all tables" : desired.schemas.length > 0 ? "whole schemas" : undefined;
  if (whole !== undefined && !server.memberOfPrivilegedRole) throw tooWideScope(whole, server);
}

/** What may not become the owner, or would be out of our reach afterwards. */
export function refuseOwner(server: Server, desired: DesiredPublication, owner: OwnerFacts): void {
  if (!owner.exists) throw refusedOwner(owner, server, "absent");
  if (server.superuser) return;
  if (!owner.maySet || !owner.hasRights) throw refusedOwner(owner, server, "outOfReach");
  if ((desired.allTables || desired.schemas.length > 0) && !owner.superuser)
    throw refusedOwner(owner, server, "noSuperuser");
  if (!owner.mayCreate) throw refusedOwner(owner, server, "mayNotCreate");
}

/** Refuses listed tables that cannot be published. Only what is added must be ours. */
export function refuseUnpublishable(rows: UnpublishableTable[], server: Server, plan?: PublicationPlan): void {
  const touched =
    plan && plan.replace.length === 0
      ? new Set([...plan.added, ...plan.changed.map(({ to }) => to)].map(tableKey))
      : undefined;
  const isTouched = ({ schema, name }: UnpublishableTable) =>
    touched === undefined || touched.has(tableKey({ schema, name: name ?? "" }));
  const reasons = rows.flatMap((row) => reasonsAgainst(row, server, isTouched(row)));
  if (reasons.length > 0) throw unpublishable(reasons);
}

function reasonsAgainst(row: UnpublishableTable, server: Server, isTouched: boolean): string[] {
  const shown = displayListed(row);
  const { kind, owned, owner, unknownColumns, generatedColumns, needsRoot } = row;
  if (kind === "absent") return [];
  if (kind) return [`${shown} is ${kind}, which a publication cannot hold`];
  const columns = (list: string[]) => list.map(displayIdentifier).join(", ");
  return [
    ...(!owned && isTouched
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

/** Those that are not there. */
export function absentAmong(rows: UnpublishableTable[]): string[] {
  return rows.filter(({ kind }) => kind === "absent").map(displayListed);
}

function displayListed({ schema, name }: UnpublishableTable): string {
  return name === null ? `schema ${displayIdentifier(schema)}` : `table ${displayTable({ schema, name })}`;
}
