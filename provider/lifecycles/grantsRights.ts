import type { Answer } from "../clients/session";
import { type ActualRights, type GrantsPlan, planGrants, type Uncovered } from "../sql/grantsPlan";
import {
  type HeldRight,
  type RoleReference,
  readCoverage,
  readDefaultRights,
  readSchemas,
  readTableRights,
  toScope,
} from "../sql/grantsRead";
import type { Statement } from "../sql/statement";
import { displayTable } from "../sql/table";
import type { GrantsInputs } from "./clickPipesGrants";

/** All that planning needs, to be sent in one round trip; `toRights` takes the four answers. */
export function readRights(version: number, role: RoleReference, inputs: GrantsInputs): Statement[] {
  const scope = toScope(inputs);
  return [
    readCoverage(version, role, scope),
    readSchemas(version, role, scope),
    readTableRights(version, role, scope),
    readDefaultRights(version, role, scope, inputs.objectOwners),
  ];
}

export function toRights(answers: Answer[], database: string): ActualRights {
  const [coverage, schemas, tables, defaults] = answers.map(({ rows }) => rows);
  const { total, connect } = (coverage?.[0] ?? {}) as { total: number; connect: boolean };
  return { database, connect, total, schemas, tables, defaults } as unknown as ActualRights;
}

/** The outputs that say how much of the scope can be read. */
export function coverageOf(actual: ActualRights, plan: GrantsPlan): { grantedTables: number; uncovered: Uncovered[] } {
  const lacking = actual.tables.filter(({ columns, granted, effective, missingColumns }) =>
    columns === null ? !granted && !effective : !granted && !effective && (missingColumns ?? []).length > 0,
  );
  return { grantedTables: actual.total - lacking.length, uncovered: plan.uncovered };
}

/** After the grants: what we could grant and what still lacks, because a grant only warned (01007) or was undone at once. */
export function verified(role: string, actual: ActualRights): GrantsPlan {
  const plan = planGrants(role, actual);
  const without = actual.tables
    .filter(({ actor, granted, columns, missingColumns, unknownColumns }) => {
      const lacks =
        columns === null
          ? !granted
          : !granted && (missingColumns ?? []).some((column) => !unknownColumns?.includes(column));
      return actor !== "none" && lacks;
    })
    .map((table) => ({
      object: displayTable(table),
      kind: "table",
      owner: table.owner,
      reason: "the server took the GRANT without carrying it out",
      fix: `GRANT SELECT ON ${displayTable(table)} TO ${role}`,
    }));
  return { ...plan, uncovered: [...plan.uncovered, ...without] };
}

/** Under which name a right that was there before us is remembered. */
export function rightKey({ kind, schema, name, columns }: HeldRight): string {
  return JSON.stringify(columns === null ? [kind, schema, name] : [kind, schema, name, columns]);
}
