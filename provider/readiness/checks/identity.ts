import type { ReadinessCheck } from "../check";
import type { TableFacts } from "../sql/tables";
import { type Facts, isTable, replicatesChanges } from "./facts";
import { addPrimaryKey, setIdentity, setIdentityIndex } from "./fixes";
import { judgeTables } from "./judge";

/** A snapshot needs no replica identity, but ClickPipes rejects a table that sets one explicitly and has no usable one. */
export function identityChecks(facts: Facts): ReadinessCheck[] {
  const lacking = facts.tables.filter(lacksIdentity);
  const tolerable = !replicatesChanges(facts) && lacking.every(({ identity }) => identity === "d");
  return [
    judgeTables("identity", lacking, "every table has a usable replica identity", {
      ...(tolerable && { status: "warning" }),
      detail: tolerable
        ? "no primary key, so the ClickHouse table needs `sortingKeys` or the MergeTree engine"
        : "no usable primary key and no other replica identity",
      fix: identityFix,
    }),
  ];
}

export function lacksIdentity(table: TableFacts): boolean {
  const { identity, hasKey, hasIdentityIndex } = table;
  const lacks = identity === "n" || (identity === "d" && !hasKey) || (identity === "i" && !hasIdentityIndex);
  return isTable(table) && lacks;
}

/** The cheapest fix. FULL comes last, since it writes whole rows to the WAL. */
function identityFix(table: TableFacts): string {
  if (table.hasKey) return setIdentity(table, "DEFAULT");
  // Partitions inherit a primary key, but no other replica identity.
  if (table.kind === "p") return addPrimaryKey(table, table.otherColumns);
  if (table.otherIndex !== null) return setIdentityIndex(table, table.otherIndex);
  // With FULL, Postgres rejects UPDATEs of a published table that has a virtual column.
  if (table.virtual.length > 0) return addPrimaryKey(table, null);
  return setIdentity(table, "FULL");
}
