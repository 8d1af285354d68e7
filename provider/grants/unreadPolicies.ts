import type { Context } from "../lifecycle/context";
import { displayBlocker } from "../postgres/errors";
import { displayIdentifier, displayTable, displayTables } from "../postgres/sql/table";
import type { Coverage } from "./sql/coverage";
import { groupBy } from "./sql/groupBy";
import type { Uncovered } from "./uncovered";

/** Says of which tables nobody knows for now whether row-level security hides rows, and by whom they are held. */
export function warnOfUnread(context: Context, role: string, { tables }: Coverage): void {
  const held = tables.flatMap(({ rowsHeldBy, schema, name }) =>
    rowsHeldBy === null ? [] : [{ holder: displayBlocker(rowsHeldBy), schema, name }],
  );
  for (const group of groupBy(held, ({ holder }) => holder)) {
    const [{ holder }] = group;
    context.warn(
      `whether row-level security hides rows of ${displayTables(group, 5)} from role "${role}" is unknown while ${holder} has a table locked: ` +
        "run `pulumi refresh` when that is done",
    );
  }
}

/** What the state says of the rows of those tables stays true until somebody can look; in the state's order. */
export function keepUnread(uncovered: Uncovered[], before: Uncovered[] = [], { tables }: Coverage): Uncovered[] {
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
