import type { Server } from "../postgres/sql/server";
import { displayIdentifier, displayTable, tableKey } from "../postgres/sql/table";
import {
  foreignTable,
  missingCreate,
  type Obstacle,
  refusedOwner,
  tooOldServer,
  tooWideScope,
  unpublishable,
} from "./refusals";
import type { DesiredPublication } from "./sql/desired";
import type { PublicationPlan } from "./sql/plan";
import type { OwnerFacts, UnpublishableTable } from "./sql/unpublishable";

/** Refuses what this version of Postgres cannot do. */
export function refuseUnsupported({ version }: Server, desired: DesiredPublication): void {
  const need = (least: number, what: string) => {
    if (version < least) throw tooOldServer(what, least, version);
  };
  if (desired.schemas.length > 0) need(15, "`schemas` in a publication");
  if (desired.tables.some(({ columns }) => columns !== undefined)) need(15, "a column list in a publication");
  if (desired.tables.some(({ where }) => where !== undefined)) need(15, "a row filter in a publication");
  if (desired.generatedColumns === "stored") need(18, '`publishGeneratedColumns: "stored"`');
}

/** Refuses what the admin may not create. To alter what exists takes fewer privileges. */
export function refuseCreation(server: Server, desired: DesiredPublication): void {
  if (server.superuser) return;
  if (!server.mayCreate) throw missingCreate(desired.name, server);
  const whole = desired.allTables ? "all tables" : desired.schemas.length > 0 ? "whole schemas" : undefined;
  if (whole !== undefined && !server.memberOfPrivilegedRole) throw tooWideScope(desired.name, whole, server);
}

/** Refuses an owner that Postgres would not accept, or under which the admin could not change the publication any more. */
export function refuseOwner(server: Server, desired: DesiredPublication, owner: OwnerFacts): void {
  const { name } = desired;
  if (!owner.exists) throw refusedOwner(name, owner, server, "absent");
  if (server.superuser) return;
  if (!owner.maySet || !owner.hasRights) throw refusedOwner(name, owner, server, "outOfReach");
  if ((desired.allTables || desired.schemas.length > 0) && !owner.superuser)
    throw refusedOwner(name, owner, server, "notSuperuser");
  if (!owner.mayCreate) throw refusedOwner(name, owner, server, "mayNotCreate");
}

/** Refuses listed tables that cannot be published. The admin must own only the tables that the plan adds. */
export function refuseUnpublishable(rows: UnpublishableTable[], server: Server, plan?: PublicationPlan): void {
  const touched =
    plan && plan.replace.length === 0
      ? new Set([...plan.added, ...plan.changed.map(({ to }) => to)].map(tableKey))
      : undefined;
  const isTouched = ({ schema, name }: UnpublishableTable) =>
    touched === undefined || touched.has(tableKey({ schema, name: name ?? "" }));
  const obstacles = rows.flatMap((row) => obstaclesTo(row, server, isTouched(row)));
  if (obstacles.length > 0) throw unpublishable(obstacles);
}

function obstaclesTo(row: UnpublishableTable, server: Server, isTouched: boolean): Obstacle[] {
  const shown = displayListed(row);
  const { kind, owned, owner, unknownColumns, generatedColumns, needsRoot } = row;
  if (kind === "absent") return [];
  if (kind) return [{ why: `${shown} is ${kind}, which a publication cannot hold.`, fix: adviceOnKind(row) }];
  const columns = (list: string[]) => list.map(displayIdentifier).join(", ");
  const obstacles: Obstacle[] = [];
  if (!owned && isTouched) obstacles.push(foreignTable(shown, owner ?? "", server));
  if (unknownColumns.length > 0)
    obstacles.push({ why: `${shown} has no column ${columns(unknownColumns)}.`, fix: "Correct `columns`." });
  if (generatedColumns.length > 0)
    obstacles.push({
      why: `${shown} has generated columns in its column list, which this server does not allow: ${columns(generatedColumns)}.`,
      fix: "Remove them from `columns`.",
    });
  if (needsRoot)
    obstacles.push({
      why: `${shown} is partitioned, so a column list or row filter requires publish_via_partition_root.`,
      fix: "Set `publishViaPartitionRoot: true`.",
    });
  return obstacles;
}

function adviceOnKind({ name }: UnpublishableTable): string {
  return name === null
    ? "Remove system schemas from `schemas`."
    : "List only the application's permanent tables, ordinary or partitioned.";
}

/** What is listed and does not exist. */
export function absentAmong(rows: UnpublishableTable[]): string[] {
  return rows.filter(({ kind }) => kind === "absent").map(displayListed);
}

/** What exists in place of what is absent, under a name that differs only in capitals. */
export function similarAmong(rows: UnpublishableTable[]): string[] {
  const names = rows.flatMap(({ kind, similar }) => (kind === "absent" && similar ? [similar] : []));
  return names.map((parts) => `there is ${parts.map(displayIdentifier).join(".")}`);
}

function displayListed({ schema, name }: UnpublishableTable): string {
  return name === null ? `schema ${displayIdentifier(schema)}` : `table ${displayTable({ schema, name })}`;
}
