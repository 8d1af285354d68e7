import type { InTheWay } from "../lifecycle/waitUntilFree";
import { nameSlot } from "../postgres/sql/slots";
import type { Query } from "../postgres/sql/statement";
import type { LockingStatements } from "../postgres/transaction";
import { rememberPreexisting } from "./adopt";
import { type Decision, decide } from "./decide";
import { lossWarnings, RESYNC, whatBecameOf } from "./losses";
import { absentTables, slotsInTheWay } from "./refusals";
import type { Filters } from "./sql/filters";
import { type OlderTransaction, overlapping, readOlderTransactions } from "./sql/handover";
import { planPublication } from "./sql/plan";
import type { Preexisting } from "./state";
import { alterationStatements, creationStatements } from "./statements";
import type { MarkedChange, Survey } from "./survey";

/** What one try of a change leaves to the next, which may follow a commit whose answer was lost. */
export interface Progress {
  /** What is known of the row filters. */
  filters: Filters;
  /** Once it was changed, nobody can see any more what was there before. */
  preexisting?: Preexisting;
  /** Half done: what is found from now on is our own doing, and no loss. */
  handingOver?: boolean;
  /** Ids of the transactions that are waited for. */
  older?: string[];
}

/** What one transaction is to do. */
export interface Step {
  /** What these statements carry out: on the way, less than the whole. */
  change: MarkedChange;
  sent: LockingStatements;
  adopted: boolean;
  /** Another step comes after it. */
  isHalf?: boolean;
  /** Transactions that have to end first. */
  waitsFor?: Query<OlderTransaction[]>;
}

export interface NextStep {
  step: Step;
  warnings: string[];
  progress: Progress;
}

export const ALL_TABLES =
  "publishes all tables: each one made without a primary key will have its UPDATEs and DELETEs fail, and every change of every table is decoded. List tables or schemas instead";

/** What there is to do, by what is desired, what was done and what there is; refuses by throwing. */
export function nextStep(change: MarkedChange, progress: Progress, survey: Survey): NextStep | { inTheWay: InTheWay } {
  const decision = decide(change, survey, progress.filters);
  const { breaking, absent } = decision;
  if (absent.length > 0) throw absentTables(absent, survey.server, whatBecameOf(change, survey));
  const { slots } = survey;
  if (breaking && slots.length > 0 && !change.inputs.allowLeftoverSlots) {
    const name = change.formerName ?? change.inputs.name;
    return { inTheWay: { names: slots.map(nameSlot), refusal: () => slotsInTheWay(name, slots) } };
  }
  const { existing, adopted } = decision;
  const step = stepTowards(change, progress, survey, decision);
  const isOnTheWay = step.isHalf === true || step.waitsFor !== undefined;
  const preexisting =
    existing && adopted ? rememberPreexisting(progress.preexisting, change, existing) : progress.preexisting;
  return {
    step,
    warnings: warningsOf(change, progress, survey, decision),
    progress: { ...progress, preexisting, handingOver: progress.handingOver || isOnTheWay },
  };
}

/** Where tables pass from the list to their schema or back: publishes them by both first, and then waits a while. */
function stepTowards(
  change: MarkedChange,
  { filters, older }: Progress,
  survey: Survey,
  { existing, adopted }: Decision,
): Step {
  if (!existing || existing.plan.replace.length > 0)
    return { change, adopted, sent: creationStatements(change, survey, adopted) };
  const { actual } = existing;
  const whole = { change, adopted, sent: alterationStatements(change, existing, adopted) };
  const desired = overlapping(change.desired, actual);
  if (!desired) return whole;
  const plan = planPublication(desired, actual, filters, survey.server.superuser);
  if (plan.added.length + plan.changed.length + plan.addedSchemas.length === 0)
    return { ...whole, waitsFor: readOlderTransactions(older, actual.oid) };
  const half = { ...change, desired };
  return { change: half, adopted, sent: alterationStatements(half, { actual, plan }, adopted), isHalf: true };
}

function warningsOf(
  change: MarkedChange,
  progress: Progress,
  survey: Survey,
  { existing, breaking }: Decision,
): string[] {
  const { desired, before } = change;
  const creates = !existing || existing.plan.replace.length > 0;
  return [
    ...(desired.allTables && creates ? [ALL_TABLES] : []),
    ...(before && !existing ? [`publication "${before.name}" was gone and is made again. ${RESYNC}`] : []),
    ...(existing && !progress.handingOver ? lossWarnings(change, survey, existing.actual, breaking) : []),
  ];
}
