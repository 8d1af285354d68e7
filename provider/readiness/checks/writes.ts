import { displayTable, type TableName, tableKey } from "../../postgres/sql/table";
import { explainHazard, type UnsafeTable } from "../../publication/sql/safety";
import type { NarrowedMember } from "../sql/publication";
import type { Facts } from "./facts";
import { addPrimaryKey, publishGenerated, republish, setIdentity, setIdentityIndex } from "./fixes";
import { lacksIdentity } from "./identity";
import { judgeTables, type ReadinessLine } from "./judge";
import { unreadFilters, withUnread } from "./unread";

/** The application's tables that the publication harms, whether or not the pipe replicates them. */
export function writeChecks(facts: Facts): ReadinessLine[] {
  const { tables, unsafe } = facts;
  const known = new Map(tables.map((table) => [tableKey(table), table]));
  const named = new Set(tables.filter((table) => lacksIdentity(facts, table)).map(tableKey));
  const others = unsafe.filter((table) => !named.has(tableKey(table)));
  return [
    writeCheck(
      facts,
      others.filter(({ hazard }) => hazard !== "partitionsToCome"),
      // `identity` reports the tables that `others` leaves out.
      `UPDATE and DELETE work on every ${others.length < unsafe.length ? "other published" : "published"} table`,
    ),
    judgeTables(
      "futurePartitions",
      others.filter(({ hazard }) => hazard === "partitionsToCome"),
      `future partitions ${others.length < unsafe.length ? "of every other table " : ""}will have a replica identity`,
      {
        status: "warning",
        detail:
          "UPDATE or DELETE will fail in future partitions, which inherit a primary key but no other replica identity",
        fix: (table) => addPrimaryKey(table, known.get(tableKey(table))?.otherColumns ?? null),
      },
    ),
  ];
}

function writeCheck(facts: Facts, losing: UnsafeTable[], fine: string): ReadinessLine {
  const governing = facts.narrowed.filter(
    (member) => member.listed && losing.some((table) => isGovernedBy(member, table)),
  );
  const line = judgeTables("applicationWrites", losing, fine, {
    ...(facts.allowUnsafeTables && { status: "warning" }),
    detail: "UPDATE or DELETE fails in the application",
    display: (table) => `${displayTable(table)} ${explainHazard(table).problem}`,
    fix: (table) => hazardFix(facts, table),
  });
  return withUnread(line, unreadFilters(governing));
}

/** A statement that runs unchanged, if the catalogs tell enough to write one. */
function hazardFix({ publication, narrowed }: Facts, table: UnsafeTable): string {
  const member = narrowed.find((one) => isGovernedBy(one, table));
  switch (table.hazard) {
    case "noIdentity":
    case "identityNothing":
    case "identityDropped":
    case "deferrableKey":
    case "invalidIndex":
      return identityFix(publication, table, member);
    case "listUnderFull":
    case "virtualUnderFull":
      if (table.primaryKey) return setIdentity(table, "DEFAULT");
      return member && table.hazard === "listUnderFull"
        ? republish(publication, member, { listed: null })
        : addPrimaryKey(table, null);
    case "listWithoutKey":
      if (!member?.listed) break;
      return republish(publication, member, { listed: [...member.listed, ...(table.columns ?? [])] });
    case "filterBeyondKey":
      if (table.full || !member) return setIdentity(table, "FULL");
      return republish(publication, member, { listed: member.listed, filter: null });
    case "generatedUnderFull":
    case "generatedInKey":
      return publishGenerated(publication);
  }
  return explainHazard(table).fix;
}

function identityFix(publication: string, table: UnsafeTable, member: NarrowedMember | undefined): string {
  if (table.primaryKey) return setIdentity(table, "DEFAULT");
  if (table.hazard === "invalidIndex") return explainHazard(table).fix;
  if (table.uniqueIndex !== null) return setIdentityIndex(table, table.uniqueIndex);
  // FULL does not allow a column list.
  if (member?.listed) return `${republish(publication, member, { listed: null })}; ${setIdentity(table, "FULL")}`;
  return setIdentity(table, "FULL");
}

/** The column list and row filter of a member also apply to its partitions. */
function isGovernedBy(member: NarrowedMember, table: TableName): boolean {
  return [member, ...member.partitions].some((one) => tableKey(one) === tableKey(table));
}
