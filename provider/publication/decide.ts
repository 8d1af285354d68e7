import { displayIdentifier, displayTable, displayTables } from "../postgres/sql/table";
import { adopts } from "./adopt";
import type { Findings, Intent } from "./findings";
import {
  belongsToAnother,
  mayNotAlter,
  nameTaken,
  narrowerThanFound,
  needsReplacement,
  refuseCreation,
  refuseOwner,
  refuseUnpublishable,
  refuseUnsupported,
  unsafeTables,
} from "./refusals";
import type { ActualPublication } from "./sql/actual";
import type { DesiredPublication } from "./sql/desired";
import type { Filters } from "./sql/filters";
import { type PublicationPlan, planPublication } from "./sql/plan";

export interface Decision {
  /** Absent where there is nothing yet. */
  plan?: PublicationPlan;
  adopted: boolean;
  /** A reader does not survive it. */
  breaking: boolean;
  /** Listed, and not in the database. */
  absent: string[];
}

/** What is to be done, or by throwing why it may not be: the same for a preview and for the change itself. */
export function decide(intent: Intent, found: Findings, filters: Filters): Decision {
  const { wish, desired, state } = intent;
  const { server, actual } = found;
  refuseUnsupported(server, desired);
  const adopted = actual !== undefined && takesOver(intent, actual);
  const plan = actual && planPublication(desired, actual, filters, server.superuser);
  if (actual && plan) refuseChange(intent, found, actual, plan);
  if (actual && plan && adopted && !state && !wish.allowReplace) refuseNarrower(desired, actual, plan);
  const creates = plan === undefined || plan.replace.length > 0;
  if (creates) refuseCreation(server, desired);
  const absent = refuseUnpublishable(found.unpublishable, server, plan);
  if (found.owner && found.owner.name !== (creates ? server.user : actual?.owner))
    refuseOwner(server, desired, found.owner);
  if (!wish.allowUnsafeTables && found.newlyUnsafe.length > 0) throw unsafeTables(found.newlyUnsafe);
  const breaking = plan !== undefined && (plan.replace.length > 0 || plan.renamed);
  return { plan, adopted, breaking, absent };
}

/** Whether what is there is, or becomes, an adopted one. */
function takesOver({ wish, state, formerName, oid }: Intent, actual: ActualPublication): boolean {
  if (formerName === undefined) return adopts(wish, actual);
  const { owner } = actual.marked;
  if (state && oid !== actual.oid && owner?.token !== state.token) {
    // Where ours was, somebody has made another one. Without a mark it takes our place; under a name that is new to us, or
    // with the mark of another resource, it does not.
    const marked = owner !== undefined && owner.mark !== wish.mark && owner.mark !== state.mark;
    if (marked || actual.name !== formerName) throw belongsToAnother(actual.name, owner, wish.mark);
  }
  return state?.adopted === true;
}

function refuseChange({ wish }: Intent, found: Findings, actual: ActualPublication, plan: PublicationPlan): void {
  if (!actual.mayAlter) throw mayNotAlter(actual, found.server);
  const reasons = [
    ...plan.replace,
    ...(plan.renamed ? [`publication "${actual.name}" would be renamed to "${wish.name}"`] : []),
  ];
  if (reasons.length > 0 && !wish.allowReplace) throw needsReplacement(reasons);
  if (plan.renamed && found.nameTaken) throw nameTaken(wish.name, actual.name);
}

function refuseNarrower(desired: DesiredPublication, actual: ActualPublication, plan: PublicationPlan): void {
  const operations = desired.publish && actual.publish.filter((operation) => !desired.publish?.includes(operation));
  const narrowed = plan.changed.filter(({ from, to }) => to.where !== undefined || isLess(to.columns, from.columns));
  const lost = [
    ...(plan.removed.length > 0 ? [displayTables(plan.removed)] : []),
    ...plan.removedSchemas.map((name) => `schema ${displayIdentifier(name)}`),
    ...(operations ?? []).map((operation) => `operation ${operation}`),
    ...narrowed.map(({ to }) => `other columns or rows of ${displayTable(to)}`),
  ];
  if (lost.length > 0) throw narrowerThanFound(desired.name, lost.join(", "));
}

function isLess(columns: string[] | undefined, found: string[] | undefined): boolean {
  return columns !== undefined && (found === undefined || found.some((name) => !columns.includes(name)));
}
