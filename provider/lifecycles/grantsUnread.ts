import { displayBlocker } from "../errors";
import type { ActualRights } from "../sql/grantsPlan";
import { displayTable, type TableName } from "../sql/table";
import type { Uncovered } from "../sql/uncovered";
import type { Context } from "./context";

/** Says of which tables nobody knows for now whether row-level security hides rows, and by whom they are held. */
export function sayUnread(context: Context, role: string, { tables }: ActualRights): void {
  const byHolder = new Map<string, TableName[]>();
  for (const table of tables) {
    if (table.rowsHeldBy === null) continue;
    const holder = displayBlocker(table.rowsHeldBy);
    byHolder.set(holder, [...(byHolder.get(holder) ?? []), table]);
  }
  for (const [holder, held] of byHolder) {
    const names = held.slice(0, 5).map(displayTable).join(", ");
    const more = held.length > 5 ? ` and ${held.length - 5} more` : "";
    context.warn(
      `whether row-level security hides rows of ${names}${more} from role "${role}" is unknown while ${holder} has a table locked: ` +
        "run `pulumi refresh` when that is done",
    );
  }
}

/** What the state says of the rows of those tables stays true until somebody can look. */
export function keepUnread(uncovered: Uncovered[], before: Uncovered[] = [], { tables }: ActualRights): Uncovered[] {
  const unread = tables.filter(({ rowsHeldBy }) => rowsHeldBy !== null);
  const names = new Set(unread.map(displayTable));
  const named = new Set(uncovered.map(({ kind, object }) => `${kind} ${object}`));
  const kept = before.filter(
    ({ kind, object, fix }) =>
      fix.includes(" POLICY ") &&
      !named.has(`${kind} ${object}`) &&
      (names.has(object) || (kind === "tables" && unread.length > 0)),
  );
  return [...uncovered, ...kept];
}
