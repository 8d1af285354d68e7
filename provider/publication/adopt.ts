import { formatTable, parseTable, tableKey } from "../postgres/sql/table";
import { belongsToAnother } from "./refusals";
import type { ActualPublication } from "./sql/actual";
import type { DesiredPublication } from "./sql/desired";
import type { PublicationPlan } from "./sql/plan";
import type { FoundBefore, PublicationInputs, PublicationState } from "./state";

/**
 * Whether a create may go on with what is there: what a killed run of this resource left (false), or with `adopt`
 * somebody else's (true).
 */
export function adopts(wish: PublicationInputs, actual: ActualPublication): boolean {
  const { owner } = actual.marked;
  const own = owner?.mark === wish.mark;
  if (own && !owner.adopted) return false;
  if (wish.adopt) return true;
  throw belongsToAnother(wish.name, owner, wish.mark);
}

/** Adds to `before` what this change will change; what the adoption itself found, stays. */
export function rememberFound(
  before: FoundBefore | undefined,
  wish: PublicationInputs,
  actual: ActualPublication,
  plan: PublicationPlan,
): FoundBefore {
  // What was dropped and made again cannot be given back; nor what a killed run may have changed.
  if (plan.replace.length > 0) return {};
  const { owner } = actual.marked;
  if (before === undefined && owner?.mark === wish.mark) return {};
  const wished = new Set((wish.tables ?? []).map((spec) => tableKey(parseTable(spec))));
  const added = (before?.added ?? []).filter((spec) => wished.has(tableKey(parseTable(spec))));
  const known = new Set([...added.map(parseTable), ...(before?.changed ?? [])].map(tableKey));
  const changed = plan.changed.map(({ from: { oid: _oid, tree: _tree, ...table } }) => table);
  return {
    publish: wish.publish && actual.publish,
    viaRoot: wish.publishViaPartitionRoot === undefined ? undefined : actual.viaRoot,
    generatedColumns: wish.publishGeneratedColumns && actual.generatedColumns,
    owner: wish.owner && actual.owner,
    comment: wish.comment === undefined ? undefined : (actual.marked.comment ?? ""),
    ...(before === undefined && owner && { owned: owner }),
    ...defined(before ?? {}),
    added: [...added, ...plan.added.map(formatTable)],
    addedSchemas: [...(before?.addedSchemas ?? []), ...plan.addedSchemas].filter((name) =>
      wish.schemas?.includes(name),
    ),
    changed: [...(before?.changed ?? []), ...changed.filter((table) => !known.has(tableKey(table)))],
  };
}

function defined(before: FoundBefore): FoundBefore {
  return Object.fromEntries(Object.entries(before).filter(([, value]) => value !== undefined));
}

/** The publication as its delete leaves it: without what was added, and with what was changed as it was. */
export function givenBack(state: PublicationState, actual: ActualPublication): DesiredPublication {
  const { added = [], addedSchemas = [], changed = [], publish, viaRoot, generatedColumns, owner } = state.before ?? {};
  const out = new Set(added.map((spec) => tableKey(parseTable(spec))));
  const was = new Map(changed.map((table) => [tableKey(table), table]));
  const kept = actual.tables.filter((table) => !out.has(tableKey(table)));
  return {
    name: actual.name,
    allTables: actual.allTables,
    tables: kept.map((table) => was.get(tableKey(table)) ?? table),
    schemas: actual.schemas.filter((name) => !addedSchemas.includes(name)),
    ...{ publish, viaRoot, generatedColumns, owner },
  };
}
