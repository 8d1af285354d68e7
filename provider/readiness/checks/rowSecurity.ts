import { rowsFix } from "../../postgres/sql/rowSecurity";
import { type Facts, isTable } from "./facts";
import { judgeTables, type ReadinessLine } from "./judge";
import { unreadOf, withUnread } from "./unread";

/** The policies of a locked table cannot be read, so the result for it is neither ok nor blocked. */
export function rowSecurityChecks({ role, server, tables }: Facts): ReadinessLine[] {
  const subject = server.bypassRls ? [] : tables.filter(isTable);
  const hiding = subject.filter(({ rowSecurity }) => rowSecurity);
  const unread = unreadOf(
    subject,
    ({ rowsHeldBy }) => rowsHeldBy,
    `whether row-level security hides rows from "${role}"`,
  );
  if (hiding.length === 0 && unread)
    return [
      { check: "rowSecurity", status: "warning", detail: unread, fix: "check again when the lock is released", unread },
    ];
  const line = judgeTables("rowSecurity", hiding, "row-level security hides no rows", {
    detail: `row-level security may hide rows from "${role}", and the initial load would silently miss them`,
    fix: (table) => rowsFix(table, role),
  });
  return [withUnread(line, unread)];
}
