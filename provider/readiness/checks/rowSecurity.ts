import { rowsFix } from "../../postgres/sql/rowSecurity";
import { type Facts, isTable } from "./facts";
import { judgeTables, type ReadinessLine } from "./judge";
import { unreadOf, withUnread } from "./unread";

/** Of policies on a table that somebody has locked nobody knows what they hide: neither ok nor blocked. */
export function rowSecurityChecks({ role, server, tables }: Facts): ReadinessLine[] {
  const subject = server.bypassRls ? [] : tables.filter(isTable);
  const hiding = subject.filter(({ rowSecurity }) => rowSecurity);
  const unread = unreadOf(
    subject,
    ({ rowsHeldBy }) => rowsHeldBy,
    `whether row-level security hides rows from "${role}"`,
  );
  if (hiding.length === 0 && unread)
    return [{ check: "rowSecurity", status: "warning", detail: unread, fix: "check again when that is done", unread }];
  const line = judgeTables("rowSecurity", hiding, "row-level security hides nothing", {
    detail: `row-level security may hide rows from "${role}", and the first load would miss them silently`,
    fix: (table) => rowsFix(table, role),
  });
  return [withUnread(line, unread)];
}
