import type { Context } from "../lifecycle/context";
import { displaySlot } from "../postgres/sql/slots";
import { displayTables } from "../postgres/sql/table";
import { type Decision, decide } from "./decide";
import { arrivalWarnings, othersWarnings } from "./fates/arrivals";
import { holesInPreview } from "./losses";
import { alsoMarkedWarnings, describeTakeover } from "./ownership";
import { similarAmong } from "./requirements";
import { otherMeanings, readFilterSettings } from "./sql/filterSettings";
import { rememberFilters } from "./sql/filters";
import { type PublicationInputs, toDesired } from "./state";
import { ALL_TABLES, takeoverOf } from "./step";
import { type Change, type Survey, survey } from "./survey";
import { takeUnreadAsDesired, warnOfUnread } from "./unread";

/** Checks in a preview what the change will find in the database. */
export async function lookAtPublication(
  context: Context,
  before: Partial<PublicationInputs>,
  inputs: PublicationInputs,
  drift: readonly string[] = [],
): Promise<void> {
  const desired = toDesired(inputs);
  const { name: formerName } = before;
  const { mark, path } = before;
  const asker: Change["asker"] = (here) => context.asker(here, inputs, { mark, path });
  const change: Change = { inputs, desired, formerName, oid: null, asker };
  if (inputs.allTables && !before.allTables) context.warn(ALL_TABLES);
  const options = { filters: formerName === undefined ? {} : undefined, waits: false };
  const answers = await context.lookAt((session) =>
    survey(session, change, options, readFilterSettings(desired.tables)),
  );
  if (!answers) return;
  const [found, settings] = answers;
  const surveyed = takeUnreadAsDesired(found, desired);
  const { actual } = surveyed;
  context.refuseOtherPlace(surveyed.server);
  for (const sentence of otherMeanings(desired.tables, settings)) context.warn(sentence);
  if (actual) warnOfUnread(context, actual);
  // The inputs do not hold the filters as the server writes them. A filter that the program did not change counts as unchanged.
  const filters = actual && formerName ? rememberFilters(toDesired({ ...before, name: formerName }), actual) : {};
  const decision = decide(change, surveyed, filters);
  report(context, change, surveyed, decision);
  const said = [...arrivalWarnings(change, surveyed), ...othersWarnings(change, surveyed)];
  for (const sentence of said) context.warn(sentence);
  for (const sentence of holesInPreview(before, decision, drift)) context.warn(sentence);
}

function report(context: Context, change: Change, survey: Survey, decision: Decision): void {
  const { inputs, desired } = change;
  const { slots } = survey;
  const { existing, breaking, absent } = decision;
  const takeover = takeoverOf(change, {}, survey, decision);
  context.warnOfAbsent([...absent, ...similarAmong(survey.unpublishable)]);
  if (takeover) context.warn(describeTakeover(change, takeover.found, takeover.effects, "will"));
  for (const sentence of alsoMarkedWarnings(change, survey)) context.warn(sentence);
  if (breaking) {
    const what = existing?.plan.renamed ? "renamed" : "dropped and recreated";
    const lines = [
      `publication "${inputs.name}" will be ${what}.`,
      ...(slots.length > 0 ? [`It may be read through ${slots.map(displaySlot).join(", ")}.`] : []),
      "Afterwards, resync every ClickPipe that reads it.",
    ];
    context.warn(lines.join("\n"));
  }
  // A table stays published if its whole schema is.
  const isGone = ({ schema }: { schema: string }) => !desired.allTables && !desired.schemas.includes(schema);
  const gone = takeover ? undefined : existing?.plan.removed.filter(isGone);
  if (gone && gone.length > 0) context.inform(`tables removed from the publication: ${displayTables(gone)}`);
}
