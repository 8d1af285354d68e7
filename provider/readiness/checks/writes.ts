import { pasteable, portable } from "../../postgres/sql/pasteable";
import { identifier, qualified } from "../../postgres/sql/statement";
import { displayTable, type TableName, tableKey } from "../../postgres/sql/table";
import { explainHazard, type UnsafeTable } from "../../publication/sql/safety";
import type { NarrowedMember } from "../sql/server";
import { isTable, lacksIdentity, list, primaryKey, publishGenerated, unreadOf } from "./content";
import type { Facts } from "./facts";
import { judgeTables, type ReadinessLine } from "./judge";

/** Tables of the application that the publication harms, be they the pipe's or not. */
export function writeChecks(facts: Facts): ReadinessLine[] {
  const { tables, unsafe } = facts;
  const known = new Map(tables.map((table) => [tableKey(table), table]));
  const named = new Set(tables.filter((table) => isTable(table) && lacksIdentity(table)).map(tableKey));
  const others = unsafe.filter((table) => !named.has(tableKey(table)));
  return [
    writeCheck(
      facts,
      others.filter(({ hazard }) => hazard !== "partitionsToCome"),
    ),
    judgeTables(
      "futurePartitions",
      others.filter(({ hazard }) => hazard === "partitionsToCome"),
      "partitions to come will identify their rows",
      {
        status: "warning",
        detail: "UPDATE or DELETE will fail in partitions to come, which inherit no replica identity but a primary key",
        fix: (table) => primaryKey(table, known.get(tableKey(table))?.otherColumns),
      },
    ),
  ];
}

function writeCheck(facts: Facts, losing: UnsafeTable[]): ReadinessLine {
  const governing = facts.narrowed.filter(
    ({ listed, ...member }) => listed && losing.some((table) => governs(member, table)),
  );
  const unread = unreadOf(governing, ({ filterHeldBy }) => filterHeldBy, UNREAD_FILTER);
  const line = judgeTables("applicationWrites", losing, "no published table loses its UPDATEs or DELETEs", {
    ...(facts.allowUnsafeTables && { status: "warning" }),
    detail: "UPDATE or DELETE fails in the application",
    display: (table) => `${displayTable(table)} ${explainHazard(table).problem}`,
    fix: (table) => hazardFix(facts, table),
  });
  return { ...line, ...(unread && { unread }) };
}

export const UNREAD_FILTER = "the row filter";

/** A statement that runs as it stands, wherever the catalogs tell enough for one. */
function hazardFix({ publication, narrowed }: Facts, table: UnsafeTable): string {
  const alter = `ALTER TABLE ${qualified(table)} REPLICA IDENTITY`;
  const member = narrowed.find((one) => governs(one, table));
  switch (table.hazard) {
    case "noIdentity":
    case "identityNothing":
    case "identityDropped":
    case "deferrableKey":
    case "invalidIndex":
      return identityFix(publication, table, member);
    case "listUnderFull":
    case "virtualUnderFull":
      if (table.primaryKey) return `${alter} DEFAULT`;
      return member && table.hazard === "listUnderFull"
        ? again(publication, member, { listed: null })
        : primaryKey(table, null);
    case "listWithoutKey":
      if (!member?.listed) break;
      return again(publication, member, { listed: [...member.listed, ...(table.columns ?? [])] });
    case "filterBeyondKey":
      if (table.full || !member) return `${alter} FULL`;
      return again(publication, member, { listed: member.listed, filter: null });
    case "generatedUnderFull":
    case "generatedInKey":
      return publishGenerated(publication);
  }
  return explainHazard(table).fix;
}

function identityFix(publication: string, table: UnsafeTable, member: NarrowedMember | undefined): string {
  const alter = `ALTER TABLE ${qualified(table)} REPLICA IDENTITY`;
  if (table.primaryKey) return `${alter} DEFAULT`;
  if (table.hazard === "invalidIndex") return explainHazard(table).fix;
  if (table.uniqueIndex !== null) return `${alter} USING INDEX ${identifier(table.uniqueIndex)}`;
  // FULL allows no list of columns.
  if (member?.listed) return `${again(publication, member, { listed: null })}; ${alter} FULL`;
  return `${alter} FULL`;
}

function governs(member: Omit<NarrowedMember, "listed">, table: TableName): boolean {
  return [member, ...member.partitions].some((one) => tableKey(one) === tableKey(table));
}

/** As one transaction: no change is lost between the two. */
export function again(
  publication: string,
  table: Narrowed,
  changed: { listed: string[] | null; filter?: null },
): string {
  const filter = changed.filter === undefined ? table.filter : null;
  if (changed.filter === undefined && table.filtered && filter === null)
    return `check again when nobody has ${displayTable(table)} locked: its row filter cannot be read now`;
  const alter = `ALTER PUBLICATION ${identifier(publication)}`;
  const where = filter === null ? "" : ` WHERE ${portable(filter)}`;
  const both = `${alter} DROP TABLE ${qualified(table)}; ${alter} ADD TABLE ${qualified(table)}${list(changed.listed)}${where}`;
  return pasteable(both, filter);
}

type Narrowed = TableName & Pick<NarrowedMember, "filter" | "filtered">;
