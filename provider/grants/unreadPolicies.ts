import type { Context } from "../lifecycle/context";
import { displayBlocker } from "../postgres/errors";
import { displayIdentifier, displayTable, displayTables } from "../postgres/sql/table";
import type { Coverage } from "./sql/coverage";
import { groupBy } from "./sql/groupBy";
import type { Uncovered } from "./uncovered";

/** Names the tables for which row-level security cannot be checked now, and who has a table locked that the check needs. */
export function warnOfUnread(context: Context, role: string, { tables }: Coverage): void {
  const held = tables.flatMap(({ rowsHeldBy, schema, name }) =>
    rowsHeldBy === null ? [] : [{ holder: displayBlocker(rowsHeldBy), schema, name }],
  );
  for (const group of groupBy(held, ({ holder }) => holder)) {
    const [{ holder }] = group;
    context.warn(
      `it is unknown whether row-level security hides rows of ${displayTables(group, 5)} from role "${role}".\n` +
        `A table that the check needs is locked by ${holder}.\n` +
        "Run `pulumi refresh` when the lock is released.",
    );
  }
}

/** Keeps what the state says about rows of tables that cannot be checked now, in the order of the state. */
export function keepUnread(uncovered: Uncovered[], before: Uncovered[] = [], { tables }: Coverage): Uncovered[] {
  const unread = tables.filter(({ rowsHeldBy }) => rowsHeldBy !== null);
  if (unread.length === 0) return uncovered;
  const objects = new Set(unread.map(displayTable));
  const schemas = unread.map(({ schema }) => ` in schema ${displayIdentifier(schema)}`);
  const roots = unread.flatMap(({ root }) => (root ? ` partitions of ${displayTable(root)} (` : []));
  const isUnread = ({ kind, object, fix }: Uncovered) =>
    fix.includes(" POLICY ") &&
    (objects.has(object) ||
      (kind === "tables" && (schemas.some((end) => object.endsWith(end)) || roots.some((of) => object.includes(of)))));
  const kept = before.filter(isUnread);
  // Many tables of a schema are one entry, and it counts the tables that cannot be checked.
  const known = kept.some(({ kind }) => kind === "tables") ? uncovered.filter((entry) => !isUnread(entry)) : uncovered;
  const order = before.map(keyOf);
  const placeOf = (entry: Uncovered) => (order.indexOf(keyOf(entry)) + order.length + 1) % (order.length + 1);
  return [...known, ...kept].sort((a, b) => placeOf(a) - placeOf(b));
}

function keyOf({ kind, object }: Uncovered): string {
  return JSON.stringify([kind, object]);
}
