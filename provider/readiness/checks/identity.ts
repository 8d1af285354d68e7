import { displayTable, tableKey } from "../../postgres/sql/table";
import type { ReadinessCheck } from "../check";
import { type Facts, isReadable, isTable, replicatesChanges, type TriedTable } from "./facts";
import { addPrimaryKey, setIdentity, setIdentityIndex } from "./fixes";
import { every, judgeTables } from "./judge";

/**
 * For changes, ClickPipes needs an identity that Postgres can use. For a snapshot it needs a key to order the table by, and it rejects
 * a table whose identity is set explicitly to nothing or to an index that is gone.
 */
export function identityChecks(facts: Facts): ReadinessCheck[] {
  const subject = facts.tables.filter((table) => isIdentified(facts, table));
  const lacking = subject.filter((table) => lacksIdentity(facts, table));
  const unsafe = new Set(facts.unsafe.map(tableKey));
  const fails = lacking.some((table) => unsafe.has(tableKey(table)))
    ? ", so UPDATE or DELETE fails in the application"
    : "";
  const ok = replicatesChanges(facts) ? "has a usable replica identity" : "has a key, or an order of its own";
  return [
    judgeTables("identity", lacking, `${every("table", subject, facts.tables)} ${ok}`, {
      detail: lacking.some(({ identity }) => replicatesChanges(facts) || identity === "n" || identity === "i")
        ? `no usable primary key and no other replica identity${fails}`
        : "no key, so ClickPipes cannot order the table without `sortingKeys` or another engine",
      fix: (table) => identityFix(facts, table),
    }),
  ];
}

function isIdentified(facts: Facts, table: TriedTable): boolean {
  return replicatesChanges(facts) ? isTable(table) : table.exists && isReadable(table.kind);
}

export function lacksIdentity(facts: Facts, table: TriedTable): boolean {
  const { identity, key, hasKey, hasIdentityIndex } = table;
  if (!isIdentified(facts, table)) return false;
  if (replicatesChanges(facts))
    return identity === "n" || (identity === "d" && !hasKey) || (identity === "i" && !hasIdentityIndex);
  if (identity === "n" || (identity === "i" && key === null)) return true;
  return key === null && !table.columnless && !facts.ordered.includes(tableKey(table));
}

/** The cheapest fix. FULL comes last, since it writes whole rows to the WAL. */
function identityFix(facts: Facts, table: TriedTable): string {
  if (!isTable(table)) return `set \`sortingKeys\` in the mapping of ${displayTable(table)}`;
  if (!replicatesChanges(facts) && table.identity !== "d") return setIdentity(table, "DEFAULT");
  if (table.hasKey) return setIdentity(table, "DEFAULT");
  // Partitions inherit a primary key, but no other replica identity.
  if (table.kind === "p") return addPrimaryKey(table, table.otherColumns);
  if (table.otherIndex !== null) return setIdentityIndex(table, table.otherIndex);
  // With FULL, Postgres rejects UPDATEs of a published table that has a virtual column.
  if (table.virtual.length > 0) return addPrimaryKey(table, null);
  return setIdentity(table, "FULL");
}
