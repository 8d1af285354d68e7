import type { Context } from "../lifecycle/context";
import { displaySlot } from "../postgres/sql/slots";
import { displayTables } from "../postgres/sql/table";
import { type Decision, decide } from "./decide";
import { otherMeanings, readFilterSettings } from "./sql/filterSettings";
import { rememberFilters } from "./sql/filters";
import { type PublicationInputs, toDesired } from "./state";
import { ALL_TABLES } from "./step";
import { type Change, type Survey, survey } from "./survey";
import { takeUnreadAsDesired, warnOfUnread } from "./unread";

/** Looks in a preview at what the change will meet. */
export async function lookAtPublication(
  context: Context,
  before: Partial<PublicationInputs>,
  inputs: PublicationInputs,
): Promise<void> {
  const desired = toDesired(inputs);
  const { name: formerName } = before;
  const change: Change = { inputs, desired, formerName, oid: null };
  if (inputs.allTables && !before.allTables) context.warn(ALL_TABLES);
  const options = { filters: formerName === undefined ? {} : undefined, waits: false };
  const answers = await context.lookAt((session) =>
    survey(session, change, options, readFilterSettings(desired.tables)),
  );
  if (!answers) return;
  const [found, settings] = answers;
  const surveyed = takeUnreadAsDesired(found, desired);
  const { actual } = surveyed;
  context.checkPlace(surveyed.server);
  for (const sentence of otherMeanings(desired.tables, settings)) context.warn(sentence);
  if (actual) warnOfUnread(context, actual);
  // The inputs hold no filters as the server writes them: what the program did not change, counts as unchanged.
  const filters = actual && formerName ? rememberFilters(toDesired({ ...before, name: formerName }), actual) : {};
  report(context, change, surveyed, decide(change, surveyed, filters));
}

function report(context: Context, { inputs, desired }: Change, { slots }: Survey, decision: Decision): void {
  const { existing, adopted, breaking, absent } = decision;
  context.warnOfAbsent(absent);
  if (adopted) context.inform(`publication "${inputs.name}" exists and would be adopted`);
  if (breaking) {
    const readers = slots.length > 0 ? `; it may be read by ${slots.map(displaySlot).join(", ")}` : "";
    const what = existing?.plan.renamed ? "renamed" : "dropped and made again";
    context.warn(
      `publication "${inputs.name}" will be ${what}: a ClickPipe that reads it has to be resynced afterwards${readers}`,
    );
  }
  // A table of a schema that is published as a whole stays in it.
  const isGone = ({ schema }: { schema: string }) => !desired.allTables && !desired.schemas.includes(schema);
  const gone = existing?.plan.removed.filter(isGone) ?? [];
  if (gone.length > 0) context.inform(`takes out of the publication: ${displayTables(gone)}`);
}
