import { type Blocker, displayBlocker } from "../../postgres/errors";
import { displayTable, type TableName } from "../../postgres/sql/table";
import type { ReadinessCheck } from "../check";
import type { ReadinessLine } from "./judge";

const MOST_NAMED = 5;

/** What is unknown about these tables, and who holds their locks. Undefined if none is locked. */
export function unreadOf<T extends TableName>(
  tables: T[],
  holderOf: (table: T) => Blocker | null,
  what: string,
): string | undefined {
  const held = tables.flatMap((table) => {
    const holder = holderOf(table);
    return holder === null ? [] : [`${displayTable(table)}, locked by ${displayBlocker(holder)}`];
  });
  if (held.length === 0) return undefined;
  return `${what} is unknown for ${held.slice(0, MOST_NAMED).join(", ")}${held.length > MOST_NAMED ? " and others" : ""}`;
}

/** The same for row filters. */
export function unreadFilters<T extends TableName & { filterHeldBy: Blocker | null }>(tables: T[]): string | undefined {
  return unreadOf(tables, ({ filterHeldBy }) => filterHeldBy, "the row filter");
}

export function withUnread(line: ReadinessCheck, unread: string | undefined): ReadinessLine {
  return unread === undefined ? line : { ...line, unread };
}

/** A check that found nothing wrong in what could be read: neither ok nor blocked. */
export function unreadLine(check: string, unread: string): ReadinessLine {
  return { check, status: "warning", detail: unread, fix: "check again when the lock is released", unread };
}
