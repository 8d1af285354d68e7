import type { ReadinessCheck } from "../check";
import type { TableFacts } from "../sql/tables";
import { type Facts, isTable, replicatesChanges } from "./facts";
import { addPrimaryKey, setIdentity, setIdentityIndex } from "./fixes";
import { judgeTables } from "./judge";

/** Without changes, rows need no identity; but ClickPipes refuses tables whose own choice of one cannot be followed. */
export function identityChecks(facts: Facts): ReadinessCheck[] {
  const lacking = facts.tables.filter(lacksIdentity);
  const tolerable = !replicatesChanges(facts) && lacking.every(({ identity }) => identity === "d");
  return [
    judgeTables("identity", lacking, "every table identifies its rows", {
      ...(tolerable && { status: "warning" }),
      detail: tolerable
        ? "no primary key, and so ClickHouse needs `sortingKeys` or the table engine MergeTree"
        : "neither a usable primary key nor another replica identity",
      fix: identityFix,
    }),
  ];
}

export function lacksIdentity(table: TableFacts): boolean {
  const { identity, hasKey, hasIdentityIndex } = table;
  const lacks = identity === "n" || (identity === "d" && !hasKey) || (identity === "i" && !hasIdentityIndex);
  return isTable(table) && lacks;
}

/** The least that mends it: FULL writes whole rows to the WAL. */
function identityFix(table: TableFacts): string {
  if (table.hasKey) return setIdentity(table, "DEFAULT");
  // A partition inherits a primary key, and no other identity.
  if (table.kind === "p") return addPrimaryKey(table, table.otherColumns);
  if (table.otherIndex !== null) return setIdentityIndex(table, table.otherIndex);
  // With FULL, Postgres refuses UPDATEs of a published table that has a virtual column.
  if (table.virtual.length > 0) return addPrimaryKey(table, null);
  return setIdentity(table, "FULL");
}
