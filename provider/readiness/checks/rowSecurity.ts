import { rowsFix } from "../../postgres/sql/rowSecurity";
import { resetRole } from "./acting";
import {
  actsAs,
  type Facts,
  isLoadToCome,
  isTable,
  loadedRelations,
  type TriedRelation,
  type TriedTable,
} from "./facts";
import { judgeTables, type ReadinessLine } from "./judge";
import { unreadLine, unreadOf, withUnread } from "./unread";

/**
 * Of a partitioned table, the initial load reads the leaves, each under its own policies. Only earlier versions of ClickPipes' engine
 * read the table itself. The policies of a locked table cannot be read, so the result for it is neither ok nor blocked.
 */
export function rowSecurityChecks(facts: Facts): ReadinessLine[] {
  const { role, tables, relations, mode } = facts;
  const below = loadedRelations(mode, relations);
  const subject = [...tables.filter(isTable), ...below];
  const hiding = subject.filter((relation) => hidesRows(facts, relation));
  const unread = unreadOf(
    subject,
    ({ rowsHeldBy }) => rowsHeldBy,
    `whether row-level security hides rows from "${role}"`,
  );
  if (hiding.length === 0 && unread) return [unreadLine("rowSecurity", unread)];
  const isHarmless = hiding.every(
    (one) => mode === "cdc_only" || one.kind === "p" || ("of" in one && !isLoadToCome(facts)),
  );
  const line = judgeTables("rowSecurity", hiding, "row-level security hides no rows", {
    ...(isHarmless && { status: "warning" }),
    detail: `row-level security may hide rows from "${role}", and ${isLoadToCome(facts) ? "the initial load" : "a resync"} would silently miss them`,
    fix: (table) => (actsAs(facts) === undefined ? rowsFix(table, role) : resetRole(facts)),
  });
  return [withUnread(line, unread)];
}

/** The catalogs are asked about the role that logs in. If another one acts, only the attempt counts. */
function hidesRows(facts: Facts, { rowSecurity, subject, reading, plain }: TriedTable | TriedRelation): boolean {
  if (actsAs(facts) !== undefined && plain !== undefined) return plain === "denied";
  return (rowSecurity && plain !== "read") || (!subject && reading === "read" && plain === "denied");
}
