import { displayTable, tableKey } from "../../postgres/sql/table";
import { joinFirst } from "../../text";
import type { ReadinessCheck } from "../check";
import { type Facts, isSource, type TriedTable } from "./facts";
import { displayColumns } from "./fixes";
import { lacksIdentity } from "./identity";
import { every, judge } from "./judge";

/**
 * ClickPipes takes the excluded columns away from the key. If nothing is left, it cannot order the table. If something is left, rows
 * that agree in it become one. Tables without any key are the subject of `identity`.
 */
export function keyChecks(facts: Facts): ReadinessCheck[] {
  const subject = facts.tables.filter(
    (table) => isSource(facts, table) && !table.columnless && !lacksIdentity(facts, table),
  );
  const without = subject.filter((table) => lostKey(table).length > 0);
  const isOrdered = (table: TriedTable) => facts.ordered.includes(tableKey(table));
  const isWhole = (table: TriedTable) => lostKey(table).length === table.key?.length;
  const unordered = without.filter((table) => isWhole(table) && !isOrdered(table));
  const reordered = without.filter((table) => isWhole(table) && isOrdered(table));
  const cut = without.filter((table) => !isWhole(table) && !isOrdered(table));
  const found = [...unordered, ...reordered, ...cut];
  const parts = [
    sentence("ClickPipes cannot order a table whose whole key is excluded", unordered),
    sentence("the whole key is excluded, so updates and deletes find their rows only by `sortingKeys`", reordered),
    sentence("rows that differ only in these excluded columns of the key become one", cut),
  ];
  return [
    judge("keys", found.length === 0, `the pipe includes the key of ${every("table", subject, facts.tables)}`, {
      ...(unordered.length === 0 && { status: "warning" }),
      detail: parts.filter((part) => part !== "").join("; "),
      fix: `remove the columns of the key from \`excludedColumns\` of ${joinFirst(found.map(displayTable), 10)}`,
    }),
  ];
}

function sentence(what: string, tables: TriedTable[]): string {
  const names = tables.map((table) => displayColumns(table, lostKey(table)));
  return names.length === 0 ? "" : `${what}: ${joinFirst(names, 10)}`;
}

/** Under FULL without a primary key, the key is all columns, and excluding some is what the user wants. */
function lostKey(table: TriedTable): string[] {
  const { key, columns, identity, hasKey } = table;
  if (identity === "f" && !hasKey) return [];
  return (key ?? []).filter((name) => columns !== null && !columns.includes(name));
}
