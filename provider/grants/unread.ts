import type { Context } from "../lifecycle/context";
import { displayBlocker } from "../postgres/errors";
import { displayIdentifier, displayTable, displayTables, type TableName } from "../postgres/sql/table";
import type { ActualRights } from "./sql/rights";
import type { Uncovered } from "./uncovered";

/** Says of which tables nobody knows for now whether row-level security hides rows, and by whom they are held. */
export function sayUnread(context: Context, role: string, { tables }: ActualRights): void {
  const byHolder = new Map<string, TableName[]>();
  for (const table of tables) {
    if (table.rowsHeldBy === null) continue;
    const holder = displayBlocker(table.rowsHeldBy);
    byHolder.set(holder, [...(byHolder.get(holder) ?? []), table]);
  }
  for (const [holder, held] of byHolder) {
    context.warn(
      `whether row-level security hides rows of ${displayTables(held, 5)} from role "${role}" is unknown while ${holder} has a table locked: ` +
        "run `pulumi refresh` when that is done",
    );
  }
}

/** What the state says of the rows of those tables stays true until somebody can look; in the state's order. */
export function keepUnread(uncovered: Uncovered[], before: Uncovered[] = [], { tables }: ActualRights): Uncovered[] {
  const unread = tables.filter(({ rowsHeldBy }) => rowsHeldBy !== null);
  if (unread.length === 0) return uncovered;
  const objects = new Set(unread.map(displayTable));
  const schemas = unread.map(({ schema }) => ` in schema ${displayIdentifier(schema)}`);
  const isUnread = ({ kind, object, fix }: Uncovered) =>
    fix.includes(" POLICY ") &&
    (objects.has(object) || (kind === "tables" && schemas.some((end) => object.endsWith(end))));
  const kept = before.filter(isUnread);
  // Many tables of a schema are one entry, and that counts the ones that are held.
  const known = kept.some(({ kind }) => kind === "tables") ? uncovered.filter((entry) => !isUnread(entry)) : uncovered;
  const order = before.map(keyOf);
  const placeOf = (entry: Uncovered) => (order.indexOf(keyOf(entry)) + order.length + 1) % (order.length + 1);
  return [...known, ...kept].sort((a, b) => placeOf(a) - placeOf(b));
}

function keyOf({ kind, object }: Uncovered): string {
  return JSON.stringify([kind, object]);
}
