import type { Whose } from "../ownership/whose";
import { formatTable, parseTable, type TableSpec, tableKey } from "../postgres/sql/table";
import type { ActualPublication } from "./sql/actual";
import type { DesiredPublication } from "./sql/desired";
import { mentionedParameters } from "./sql/parameters";
import type { Existing } from "./sql/plan";
import type { Preexisting, PublicationState } from "./state";
import type { Change } from "./survey";

/** Adds to `known` what this change will change. What the adoption itself found stays. */
export function rememberPreexisting(
  known: Preexisting | undefined,
  { inputs, desired }: Change,
  { actual, plan }: Existing,
  found: Whose,
): Preexisting {
  // A publication that is dropped and recreated cannot be restored. The same goes for one that a killed run may have changed.
  if (plan.replace.length > 0) return {};
  if (known === undefined && (found.is === "sameResource" || found.is === "current")) return {};
  const listed = new Set(desired.tables.map(tableKey));
  const keyOf = (spec: TableSpec) => tableKey(parseTable(spec));
  const added = (known?.added ?? []).filter((spec) => listed.has(keyOf(spec)));
  const noted = new Set([...added.map(keyOf), ...(known?.changed ?? []).map(tableKey)]);
  const changed = plan.changed.map(({ from: { oid: _oid, tree: _tree, ...table } }) => table);
  return {
    ...mentionedParameters(desired, actual),
    owner: inputs.owner && actual.owner,
    comment: inputs.comment === undefined ? undefined : (actual.marked.comment ?? ""),
    ...(known === undefined && found.owner && { owned: found.owner }),
    ...withoutUndefined(known ?? {}),
    added: [...added, ...plan.added.map(formatTable)],
    addedSchemas: [...(known?.addedSchemas ?? []), ...plan.addedSchemas].filter((name) =>
      desired.schemas.includes(name),
    ),
    changed: [...(known?.changed ?? []), ...changed.filter((table) => !noted.has(tableKey(table)))],
  };
}

function withoutUndefined(known: Preexisting): Preexisting {
  return Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined));
}

/** The adopted publication as delete leaves it: without what was added, and with the original version of what was changed. */
export function restored(state: PublicationState, actual: ActualPublication): DesiredPublication {
  const { added = [], addedSchemas = [], changed = [], comment: _comment, owned: _owned, ...rest } = state.before ?? {};
  const out = new Set(added.map((spec) => tableKey(parseTable(spec))));
  const was = new Map(changed.map((table) => [tableKey(table), table]));
  const kept = actual.tables.filter((table) => !out.has(tableKey(table)));
  return {
    ...rest,
    name: actual.name,
    allTables: actual.allTables,
    tables: kept.map((table) => was.get(tableKey(table)) ?? table),
    schemas: actual.schemas.filter((name) => !addedSchemas.includes(name)),
  };
}
