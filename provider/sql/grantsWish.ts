import type { HeldRight } from "./grantsHeld";
import type { GrantsOwnership, NotedScope } from "./mark";
import { parseTable } from "./table";

/** Whether a scope asks for this right. SELECT on a table as a whole and on columns of it are different rights. */
export function wishedBy(right: HeldRight, { schemas = [], tables = [], objectOwners }: NotedScope): boolean {
  const { kind, schema, name, column } = right;
  if (kind === "connect") return true;
  const whole = schemas === "*" || schemas.includes(schema);
  if (kind === "default") return whole && (objectOwners === undefined || objectOwners.includes(name));
  if (whole && kind !== "column") return true;
  const listed = tables.map(parseTable).filter((table) => table.schema === schema);
  if (kind === "schema") return listed.length > 0;
  return listed.some((table) => {
    if (table.name !== name) return false;
    return column === null ? table.columns === undefined : table.columns?.includes(column);
  });
}

/** Whether other grants on the same role wish for this right too; where their scope is not noted, they may. */
export function wishedByOthers(right: HeldRight, others: GrantsOwnership[]): boolean {
  return others.some(({ scope }) => scope === undefined || wishedBy(right, scope));
}

/** Under which name a right that was there before us is remembered. */
export function rightKey({ kind, schema, name, column, grantor }: HeldRight): string {
  return JSON.stringify([kind, schema, name, grantor, ...(column === null ? [] : [column])]);
}

/** What stood before us, by `rightKey`. */
export interface Before {
  found: ReadonlySet<string>;
  /** What we gave where default privileges stood before: the others of those tables have their rights from these. */
  given: ReadonlySet<string>;
}

/** Whether a right is not ours: there before us, or a later consequence of what was. */
export function wasFound(right: HeldRight, { found, given }: Before): boolean {
  return found.has(rightKey(right)) || (!given.has(rightKey(right)) && comesByDefault(right, found));
}

export function comesByDefault(right: HeldRight, found: ReadonlySet<string>): boolean {
  const source: HeldRight = { ...right, kind: "default", name: right.grantor, column: null };
  return right.kind === "table" && found.has(rightKey(source));
}
