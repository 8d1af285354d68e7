import { displayTable, type TableName } from "../../postgres/sql/table";
import { joinFirst } from "../../text";
import type { ReadinessCheck } from "../check";

/** One line of the report, before it goes into the state. */
export interface ReadinessLine extends ReadinessCheck {
  /** What could not be read because of a lock, and who holds the lock. The report keeps the last known result for it. */
  unread?: string;
}

export interface Finding {
  /** Default: blocked. */
  status?: "warning" | "blocked";
  detail: string;
  fix: string;
}

export function judge(check: string, good: boolean, ok: string, finding: Finding): ReadinessCheck {
  if (good) return { check, status: "ok", detail: ok, fix: "" };
  return { check, status: finding.status ?? "blocked", detail: finding.detail, fix: finding.fix };
}

/** For a sentence about `subject`: it says nothing about those of `all` that were not looked at. */
export function every(what: string, subject: readonly unknown[], all: readonly unknown[]): string {
  return `every ${subject.length < all.length ? "other " : ""}${what}`;
}

export interface TablesFinding<T> {
  status?: "warning" | "blocked";
  /** What is wrong with the tables. Their names are appended. */
  detail: string;
  fix: (table: T) => string;
  /** How to write each table. Default: as in SQL, quoted only if necessary. */
  display?: (table: T) => string;
}

/** As many as you would read. The others show up when these are fixed. */
const MOST_NAMED = 10;

/** One line for all tables with the same problem, and one statement for each of the first few. */
export function judgeTables<T extends TableName>(
  check: string,
  wrong: T[],
  ok: string,
  { status, detail, fix, display = displayTable }: TablesFinding<T>,
): ReadinessCheck {
  const fixes = new Set(wrong.slice(0, MOST_NAMED).map(fix));
  const others = wrong.length - MOST_NAMED;
  return judge(check, wrong.length === 0, ok, {
    ...(status && { status }),
    detail: `${detail}: ${joinFirst(wrong.map(display), MOST_NAMED)}`,
    fix: [...fixes].join("; ") + (others > 0 ? ` -- and so on for ${others} more` : ""),
  });
}
