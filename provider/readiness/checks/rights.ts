import { columnsToGrant } from "../../pipe/reads";
import { identifier, qualified } from "../../postgres/sql/statement";
import { displayTable, type TableName } from "../../postgres/sql/table";
import { joinFirst } from "../../text";
import { resetRole } from "./acting";
import { actsAs, type Facts, isLoadToCome, loadedRelations, type Tried } from "./facts";
import { columnList } from "./fixes";
import { every, judge, judgeTables, type ReadinessLine } from "./judge";
import { unreadLine, unreadOf, withUnread } from "./unread";

/** A table of the pipe, or a relation below one. `status`: how bad it is if it cannot be read. */
interface Target extends TableName {
  columns: string[] | null;
  byCtid: boolean;
  status: "warning" | "blocked";
}

type Right = Pick<Facts["relations"][number], "usage" | "selectable"> & Tried;

/** As many as one statement can name before no one reads it. */
const MOST_GRANTED = 100;

export function rightChecks(facts: Facts): ReadinessLine[] {
  const { role, tables, relations, server, mode } = facts;
  if (!server.roleExists) return [];
  const there = tables.filter(({ exists }) => exists);
  const below = loadedRelations(mode, relations);
  const all = [...there, ...below];
  const what = every("table", there, tables);
  const noUsage = [
    ...there.filter(lacksUsage).map((table) => ({ ...table, status: "blocked" as const })),
    ...below.filter(lacksUsage).map((relation) => ({ ...relation, status: severity(facts, relation) })),
  ];
  const unreadable = [
    ...there.filter(lacksSelect).map((table) => ({ ...table, byCtid: table.kind !== "p", status: "blocked" as const })),
    ...below.filter(lacksSelect).map((relation) => ({ ...relation, byCtid: true, status: severity(facts, relation) })),
  ];
  return [
    judgeTables(
      "usage",
      noUsage,
      `role "${role}" has USAGE on the schema of ${what}${mode === "cdc_only" ? "" : ", and of its partitions and children"}`,
      {
        ...worst(noUsage),
        detail: `role "${role}" has no USAGE on the schema of`,
        fix: ({ schema }) => grantFix(facts, `GRANT USAGE ON SCHEMA ${identifier(schema)} TO ${identifier(role)}`),
      },
    ),
    selectCheck(
      facts,
      unreadable,
      unreadOf(all.filter(isHeld), ({ heldBy }) => heldBy, `whether "${role}" can read it`),
      what,
    ),
  ];
}

function lacksUsage({ usage, reading }: Right): boolean {
  return !usage && reading !== "read";
}

/** Where the catalogs and the attempt differ, the attempt is right. It also fails for want of USAGE, which is its own line. */
function lacksSelect({ usage, selectable, reading }: Right): boolean {
  return reading === "denied" ? usage || !selectable : reading !== "read" && !selectable;
}

function isHeld({ reading, selectable }: Right): boolean {
  return reading === "held" && selectable;
}

/** An empty relation needs no privilege, unless it has rows when it is loaded. */
function severity(facts: Facts, { empty }: { empty: boolean }): "warning" | "blocked" {
  return empty || !isLoadToCome(facts) ? "warning" : "blocked";
}

function worst(found: Pick<Target, "status">[]): { status?: "warning" } {
  return found.every(({ status }) => status === "warning") ? { status: "warning" } : {};
}

function selectCheck(facts: Facts, unreadable: Target[], unread: string | undefined, what: string): ReadinessLine {
  const { role } = facts;
  if (unreadable.length === 0 && unread) return unreadLine("select", unread);
  const ok = `role "${role}" can read ${what}${facts.mode === "cdc_only" ? "" : ", with its partitions and children"}`;
  const line = judge("select", unreadable.length === 0, ok, {
    ...worst(unreadable),
    detail: `role "${role}" cannot read all columns of: ${joinFirst(unreadable.map(displayTable), 10)}${consequence(facts, unreadable)}`,
    fix: grantFix(facts, grants(role, unreadable)),
  });
  return withUnread(line, unread);
}

function consequence(facts: Facts, unreadable: Target[]): string {
  if (unreadable.some(({ status }) => status === "blocked")) return "";
  if (!isLoadToCome(facts)) return "; changes arrive, but a resync would fail";
  return "; it is empty now, and rows that it has by then would make the initial load fail";
}

/** Privileges that are granted to the role do not help while its sessions act as another one. */
function grantFix(facts: Facts, grant: string): string {
  return actsAs(facts) === undefined ? grant : resetRole(facts);
}

/** One statement for all tables with the same columns. */
function grants(role: string, targets: Target[]): string {
  const groups = new Map<string, string[]>();
  for (const target of targets.slice(0, MOST_GRANTED)) {
    const list = columnList(columnsToGrant(target));
    groups.set(list, [...(groups.get(list) ?? []), qualified(target)]);
  }
  const statements = [...groups].map(([list, on]) => `GRANT SELECT${list} ON ${on.join(", ")} TO ${identifier(role)}`);
  const others = targets.length - MOST_GRANTED;
  return statements.join("; ") + (others > 0 ? ` -- and so on for ${others} more` : "");
}
