import type { Place } from "../errors";
import type { HeldRight } from "../sql/grantsRead";
import { formatComment, type GrantsOwnership, withGrants } from "../sql/mark";
import { commentOnRole, type Role } from "../sql/role";
import { identifier, type Statement } from "../sql/statement";
import { parseTable, tableKey } from "../sql/table";
import type { GrantsInputs } from "./clickPipesGrants";

/** The longest scope that goes into a comment, in names. */
const LONGEST_SCOPE = 100;

/**
 * What this process has noted for roles whose comment is not ours to write: enough to keep a late delete in the same
 * run from taking what a newer create has just granted.
 */
const remembered = new Map<string, GrantsOwnership[]>();

function keyOf(role: Role, place: Place): string {
  return JSON.stringify([place.systemIdentifier, place.neonBranch, place.database, role.oid]);
}

/** All grants noted for this role in this database. */
export function notesOf(role: Role, place: Place): GrantsOwnership[] {
  const noted = role.mayComment ? role.marked.grants : (remembered.get(keyOf(role, place)) ?? []);
  return noted.filter(({ database }) => database === place.database);
}

/** Puts the note in, or takes it out when `note` is undefined. */
export function writeNote(role: Role, place: Place, mark: string, note: GrantsOwnership | undefined): Statement[] {
  if (role.mayComment) return commentOnRole(role, formatComment(withGrants(role.marked, place.database, mark, note)));
  const others = notesOf(role, place).filter((other) => other.mark !== mark);
  remembered.set(keyOf(role, place), note ? [...others, note] : others);
  return [];
}

export function noteOf(inputs: GrantsInputs, place: Place, token: string, found: boolean): GrantsOwnership {
  const scope = scopeOf(inputs);
  const length = (Array.isArray(scope.schemas) ? scope.schemas.length : 0) + (scope.tables?.length ?? 0);
  return {
    database: place.database,
    mark: inputs.mark,
    token,
    ...(found && { found }),
    ...(length <= LONGEST_SCOPE && { scope }),
  };
}

type NotedScope = NonNullable<GrantsOwnership["scope"]>;

export function scopeOf({ schemas, tables }: GrantsInputs): NotedScope {
  const keys = tables?.map((spec) => tableKey(parseTable(spec)));
  return { ...(schemas && { schemas }), ...(keys && { tables: keys }) };
}

/** Whether other grants on the same role wish for this right too; where their scope is not noted, they may. */
export function wishedByOthers(right: HeldRight, others: GrantsOwnership[]): boolean {
  return others.some(({ scope }) => scope === undefined || wishedBy(right, scope));
}

export function wishedBy(right: HeldRight, { schemas = [], tables = [] }: NotedScope): boolean {
  if (right.kind === "connect" || schemas === "*" || schemas.includes(right.schema)) return true;
  if (right.kind === "schema") return tables.some((key) => key.startsWith(`${identifier(right.schema)}.`));
  return right.kind !== "default" && tables.includes(tableKey(right));
}
