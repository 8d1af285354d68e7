import { pasteable, portable } from "../../postgres/sql/pasteable";
import { identifier, literal, qualified } from "../../postgres/sql/statement";
import { displayIdentifier, displayTable, type TableName } from "../../postgres/sql/table";
import type { NarrowedMember } from "../sql/publication";
import type { ServerFacts } from "../sql/server";
import type { Facts } from "./facts";

/** ` ("a", "b")`, or nothing for all columns. */
export function columnList(columns: string[] | null): string {
  return columns === null ? "" : ` (${columns.map(identifier).join(", ")})`;
}

/** `public.orders (id, note)`. */
export function displayColumns(table: TableName, columns: string[]): string {
  return `${displayTable(table)} (${columns.map(displayIdentifier).join(", ")})`;
}

/** `columns`: null if they are unknown. */
export function addPrimaryKey(table: TableName, columns: string[] | null): string {
  return `ALTER TABLE ${qualified(table)} ADD PRIMARY KEY${columns ? columnList(columns) : " (…)"}`;
}

/** `to`: for example `FULL`. */
export function setIdentity(table: TableName, to: string): string {
  return `ALTER TABLE ${qualified(table)} REPLICA IDENTITY ${to}`;
}

export function setIdentityIndex(table: TableName, index: string): string {
  return setIdentity(table, `USING INDEX ${identifier(index)}`);
}

export function publishGenerated(publication: string): string {
  return `ALTER PUBLICATION ${identifier(publication)} SET (publish_generated_columns = stored)`;
}

export function publishViaRoot(publication: string): string {
  return `ALTER PUBLICATION ${identifier(publication)} SET (publish_via_partition_root = true)`;
}

/** The rows and columns that were left out before are not sent later. */
const RESYNC = "/* then resync the table, if a pipe reads it */";

/** Drops the table from the publication and adds it again. One transaction, so that no change is lost in between. */
export function republish(
  publication: string,
  table: TableName & Pick<NarrowedMember, "filter" | "filtered">,
  changed: { listed: string[] | null; filter?: null },
): string {
  const filter = changed.filter === undefined ? table.filter : null;
  if (changed.filter === undefined && table.filtered && filter === null)
    return `check again when ${displayTable(table)} is no longer locked; its row filter cannot be read now`;
  const alter = `ALTER PUBLICATION ${identifier(publication)}`;
  const where = filter === null ? "" : ` WHERE ${portable(filter)}`;
  const both = `${alter} DROP TABLE ${qualified(table)}; ${alter} ADD TABLE ${qualified(table)}${columnList(changed.listed)}${where}`;
  return `${pasteable(both, filter)} ${RESYNC}`;
}

export function publishTable({ publication, pub }: Pick<Facts, "publication" | "pub">, table: TableName): string {
  return pub.allTables
    ? `leave ${displayTable(table)} out`
    : `ALTER PUBLICATION ${identifier(publication)} ADD TABLE ${qualified(table)}`;
}

/** The most specific place of a setting: it overrides what is set for the role or for the database. */
export function setForRole({ role, server }: Pick<Facts, "role" | "server">, setting: string, value: string): string {
  return `ALTER ROLE ${identifier(role)} IN DATABASE ${identifier(server.database)} SET ${setting} = ${value}`;
}

export function dropSlot(name: string): string {
  return `SELECT pg_catalog.pg_drop_replication_slot(${literal(name)})`;
}

/** Raises a limit of the server. Neon does not allow ALTER SYSTEM, so there a subscriber has to make room. */
export function raiseSetting(
  setting: "max_wal_senders" | "max_replication_slots",
  now: number,
  on: ServerFacts,
): string {
  if (on.neon) return "stop a subscriber that you no longer need";
  return `ALTER SYSTEM SET ${setting} = ${Math.max(10, now + 4)} -- and restart the server`;
}
