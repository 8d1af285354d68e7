import type { Whose } from "../ownership/whose";
import { displayIdentifier, displayTable, displayTables } from "../postgres/sql/table";
import { judgeChange } from "./ownership";
import { missingOwnerRights, narrowerScope, neededReplacement, takenName, unsafeTables } from "./refusals";
import { absentAmong, refuseCreation, refuseOwner, refuseUnpublishable, refuseUnsupported } from "./requirements";
import type { ActualPublication } from "./sql/actual";
import type { DesiredPublication } from "./sql/desired";
import type { Filters } from "./sql/filters";
import { type Existing, type PublicationPlan, planPublication } from "./sql/plan";
import type { Change, Survey } from "./survey";

export interface Decision {
  /** Absent if there is no publication yet. */
  existing?: Existing;
  /** Whose that is. */
  found?: Whose;
  adopted: boolean;
  /** Whether the change breaks a running reader. */
  breaking: boolean;
  /** What is listed and not in the database. */
  absent: string[];
}

/** Decides what to do, or refuses it by throwing. The preview and the change itself share it. */
export function decide(change: Change, survey: Survey, filters: Filters): Decision {
  const { inputs, desired, before } = change;
  const { server, actual } = survey;
  refuseUnsupported(server, desired);
  const { found, adopted = false } = actual ? judgeChange(change, server, actual) : {};
  const existing = actual && { actual, plan: planPresent(desired, actual, survey, filters) };
  if (existing) refuseChange(change, survey, existing);
  if (existing && adopted && !before && !inputs.allowReplace) refuseNarrower(desired, existing);
  const creates = existing === undefined || existing.plan.replace.length > 0;
  if (creates) refuseCreation(server, desired);
  refuseUnpublishable(survey.unpublishable, server, existing?.plan);
  const { owner } = survey;
  if (owner && owner.name !== (creates ? server.user : actual?.owner)) refuseOwner(server, desired, owner);
  if (!inputs.allowUnsafeTables && survey.newlyUnsafe.length > 0) throw unsafeTables(survey.newlyUnsafe);
  const breaking = existing !== undefined && (existing.plan.replace.length > 0 || existing.plan.renamed);
  return { existing, found, adopted, breaking, absent: absentAmong(survey.unpublishable) };
}

/** A schema that is not there is no reason to replace the publication: it may only have another name now. */
function planPresent(
  desired: DesiredPublication,
  actual: ActualPublication,
  { server, unpublishable }: Survey,
  filters: Filters,
): PublicationPlan {
  const plan = planPublication(desired, actual, filters, server.superuser);
  const absent = unpublishable.filter(({ name, kind }) => name === null && kind === "absent");
  if (plan.replace.length === 0 || absent.length === 0) return plan;
  const names = new Set(absent.map(({ schema }) => schema));
  const present = { ...desired, schemas: desired.schemas.filter((name) => !names.has(name)) };
  return { ...plan, replace: planPublication(present, actual, filters, server.superuser).replace };
}

function refuseChange({ inputs }: Change, { server, nameTaken }: Survey, { actual, plan }: Existing): void {
  if (!actual.mayAlter) throw missingOwnerRights(actual, server);
  const reasons = [
    ...plan.replace,
    ...(plan.renamed ? [`publication "${actual.name}" would be renamed to "${inputs.name}"`] : []),
  ];
  if (reasons.length > 0 && !inputs.allowReplace) throw neededReplacement(reasons);
  if (plan.renamed && nameTaken) throw takenName(inputs.name, actual.name);
}

function refuseNarrower(desired: DesiredPublication, { actual, plan }: Existing): void {
  const operations = desired.publish && actual.publish.filter((operation) => !desired.publish?.includes(operation));
  const narrowed = plan.changed.filter(({ from, to }) => to.where !== undefined || isLess(to.columns, from.columns));
  const lost = [
    ...(plan.removed.length > 0 ? [displayTables(plan.removed)] : []),
    ...plan.removedSchemas.map((name) => `schema ${displayIdentifier(name)}`),
    ...(operations ?? []).map((operation) => `operation ${operation}`),
    ...narrowed.map(({ to }) => `other columns or rows of ${displayTable(to)}`),
  ];
  if (lost.length > 0) throw narrowerScope(desired.name, lost.join(", "));
}

function isLess(columns: string[] | undefined, found: string[] | undefined): boolean {
  return columns !== undefined && (found === undefined || found.some((name) => !columns.includes(name)));
}
