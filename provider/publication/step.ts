import type { InTheWay } from "../lifecycle/waitUntilFree";
import { takenBack } from "../ownership/sentences";
import type { Whose } from "../ownership/whose";
import type { Query } from "../postgres/sql/statement";
import { tableKey } from "../postgres/sql/table";
import type { LockingStatements } from "../postgres/transaction";
import { rememberPreexisting } from "./adopt";
import { type Decision, decide } from "./decide";
import { arrivalWarnings, othersWarnings } from "./fates/arrivals";
import { whatBecameOf } from "./fates/whatBecame";
import { lossWarnings, RESYNC } from "./losses";
import { alsoMarkedWarnings, takeoverEffects } from "./ownership";
import { absentTables, slotsToWaitFor } from "./refusals";
import { similarAmong } from "./requirements";
import type { Filters } from "./sql/filters";
import { type OlderTransaction, overlapping, readOlderTransactions } from "./sql/handover";
import { planPublication } from "./sql/plan";
import type { Preexisting } from "./state";
import { alterationStatements, creationStatements } from "./statements";
import type { Change, MarkedChange, Survey } from "./survey";

/** What one attempt at a change passes to the next one, which may follow a commit whose answer was lost. */
export interface Progress {
  /** What is known about the row filters. */
  filters: Filters;
  /** The original version of an adopted publication, which cannot be read any more once it is changed. */
  preexisting?: Preexisting;
  /** What a create takes over, and what that does to it. */
  takeover?: Takeover;
  /** Whether the change is half done: what is missing from now on was removed by it, and is no loss. */
  handingOver?: boolean;
  /** Ids of the transactions to wait for. */
  older?: string[];
}

/** What one transaction does. */
export interface Step {
  /** What these statements carry out: in a half step, a part of the change. */
  change: MarkedChange;
  sent: LockingStatements;
  adopted: boolean;
  /** Whether another step follows. */
  isHalf?: boolean;
  /** Transactions that have to end first. */
  waitsFor?: Query<OlderTransaction[]>;
}

export interface Takeover {
  found: Whose;
  effects: string[];
}

export interface NextStep {
  step: Step;
  warnings: string[];
  progress: Progress;
}

export const ALL_TABLES =
  "publishes all tables: UPDATE and DELETE will fail on each table that is created without a primary key, and every change of every table is decoded.\n" +
  "List tables or schemas instead.";

/** Decides the next step from what is desired, what is done and what exists. Refuses by throwing. */
export function nextStep(change: MarkedChange, progress: Progress, survey: Survey): NextStep | { inTheWay: InTheWay } {
  const decision = decide(change, survey, progress.filters);
  const { breaking, absent } = decision;
  if (absent.length > 0) throw absentTables(absent, survey.server, knownAbout(change, survey));
  const { slots } = survey;
  if (breaking && slots.length > 0 && !change.inputs.allowLeftoverSlots) {
    const name = change.formerName ?? change.inputs.name;
    return { inTheWay: slotsToWaitFor(name, slots) };
  }
  const { existing, found, adopted } = decision;
  const step = stepTowards(change, progress, survey, decision);
  const isOnTheWay = step.isHalf === true || step.waitsFor !== undefined;
  const preexisting =
    existing && found && adopted
      ? rememberPreexisting(progress.preexisting, change, existing, found)
      : progress.preexisting;
  return {
    step,
    warnings: warningsOf(change, progress, survey, decision),
    progress: {
      ...progress,
      preexisting,
      takeover: takeoverOf(change, progress, survey, decision),
      handingOver: progress.handingOver || isOnTheWay,
    },
  };
}

/** What is known about the listed tables and schemas that are not there. */
function knownAbout({ before, desired }: Change, { missing, schemas, unpublishable }: Survey): string[] {
  const seen = new Set(missing.map(tableKey));
  const earlier = (before?.missing ?? []).filter((table) => !seen.has(tableKey(table)));
  return [...whatBecameOf(desired, [...missing, ...earlier], schemas), ...similarAmong(unpublishable)];
}

/** What a create takes over. An earlier attempt may have written this create's own marker already. */
export function takeoverOf(
  change: Change,
  { takeover }: Pick<Progress, "takeover">,
  survey: Survey,
  decision: Decision,
) {
  const { existing, found } = decision;
  if (change.formerName !== undefined || !existing || !found) return undefined;
  if (found.is === "current") return takeover;
  return { found, effects: takeoverEffects(change, survey, existing, { ...decision, found }) };
}

/** If tables move from the list to their schema or back, publishes them both ways first, and then waits. */
function stepTowards(
  change: MarkedChange,
  { filters, older }: Progress,
  survey: Survey,
  { existing, adopted }: Decision,
): Step {
  if (!existing || existing.plan.replace.length > 0)
    return { change, adopted, sent: creationStatements(change, survey, adopted) };
  const { actual } = existing;
  const whole = { change, adopted, sent: alterationStatements(change, survey.server, existing, adopted) };
  const desired = overlapping(change.desired, actual);
  if (!desired) return whole;
  const plan = planPublication(desired, actual, filters, survey.server.superuser);
  if (plan.added.length + plan.changed.length + plan.addedSchemas.length === 0)
    return { ...whole, waitsFor: readOlderTransactions(older, actual.oid) };
  const half = { ...change, desired };
  return {
    change: half,
    adopted,
    sent: alterationStatements(half, survey.server, { actual, plan }, adopted),
    isHalf: true,
  };
}

function warningsOf(change: MarkedChange, progress: Progress, survey: Survey, decision: Decision): string[] {
  const { existing } = decision;
  const { desired, before } = change;
  const creates = !existing || existing.plan.replace.length > 0;
  return [
    ...(desired.allTables && creates ? [ALL_TABLES] : []),
    ...alsoMarkedWarnings(change, survey),
    ...(before && existing && decision.found
      ? takenBack({ kind: "publication", name: before.name }, decision.found)
      : []),
    ...arrivalWarnings(change, survey),
    ...othersWarnings(change, survey),
    ...(before && !existing ? [`publication "${before.name}" was gone and is recreated.\n${RESYNC}`] : []),
    ...(existing && !progress.handingOver ? lossWarnings(change, survey, existing.actual, decision) : []),
  ];
}
