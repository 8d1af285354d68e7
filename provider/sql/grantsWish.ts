import type { HeldRight } from "./grantsHeld";
import type { GrantsOwnership, NotedScope } from "./mark";
import { parseTable } from "./table";

/** Whether a scope asks for this right. SELECT on a table as a whole and on columns of it are different rights. */
export function wishedBy(right: HeldRight, { schemas = [], tables = [], objectOwners }: NotedScope): boolean {
  const { kind, schema, name, column, schemaOid } = right;
  if (kind === "connect") return true;
  const whole = schemas === "*" || schemas.includes(schema);
  if (kind === "default") {
    const covered = schemaOid === 0 ? schemas.length > 0 : whole;
    return covered && (objectOwners === undefined || objectOwners.includes(name));
  }
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
