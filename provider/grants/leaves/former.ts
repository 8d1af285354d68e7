import type { KnownLeaves } from "../../pipe/leaves";
import type { RoleReference } from "../../postgres/sql/role";
import { type Query, queryNothing } from "../../postgres/sql/statement";
import { displayTable, displayTables } from "../../postgres/sql/table";
import { scopeOf } from "../ownershipNotes";
import { type History, isRevocable, ownRights } from "../ownRights";
import { type ActualRight, readActualRights } from "../sql/actual";
import { desiredBy } from "../sql/desired";
import { formerName } from "../sql/renamings";
import { toScope } from "../sql/scope";

/** What the role holds on the leaves that the state knows. */
export function readOnLeaves(version: number, role: RoleReference, leaves: KnownLeaves[]): Query<ActualRight[]> {
  return leaves.length === 0 ? queryNothing([]) : readActualRights(version, role, { ...toScope({}), leaves });
}

/** One sentence for each partitioned table whose former leaves the role can still read. The next update revokes that. */
export function formerLeafSentences(role: string, onLeaves: ActualRight[], history: History): string[] {
  const { state, known } = history;
  if (!state) return [];
  const isDesired = desiredBy(scopeOf(state));
  const formerly = formerName(known.objects);
  const left = ownRights(onLeaves, history)
    .filter(isRevocable)
    .filter((right) => right.kind === "table" || right.kind === "column")
    .filter((right) => !isDesired(right) && !isDesired(formerly(right)));
  const byOid = new Map(left.map((right) => [right.oid, right]));
  return known.leaves.flatMap((group) => {
    const tables = group.leaves.flatMap((oid) => byOid.get(oid) ?? []);
    for (const { oid } of tables) byOid.delete(oid);
    if (tables.length === 0) return [];
    const parted = `${tables.length} former ${tables.length === 1 ? "partition" : "partitions"} of ${displayTable(group)}`;
    return [`role "${role}" still has SELECT on ${parted}: ${displayTables(tables, 5)}`];
  });
}
