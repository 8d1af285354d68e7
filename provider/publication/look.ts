import type { Inputs } from "../lifecycle/arguments";
import type { Context } from "../lifecycle/context";
import { displaySlot } from "../postgres/sql/slots";
import { displayTables, tableKey } from "../postgres/sql/table";
import { decide } from "./decide";
import { type Findings, findingStatements, type Intent, toFindings } from "./findings";
import { sayUnreadFilters } from "./read";
import { type FilterSettings, otherMeanings, readFilterSettings } from "./sql/filterSettings";
import { rememberFilters } from "./sql/filters";
import { type PublicationInputs, toDesired } from "./state";

/** Looks in a preview at what the change will meet. What is absent may still be made by a sibling. */
export async function lookAtPublication(context: Context, olds: Inputs, inputs: Inputs): Promise<void> {
  const wish = inputs as PublicationInputs;
  const desired = toDesired(wish);
  const formerName = olds.name as string | undefined;
  const intent: Intent = { wish, desired, formerName, oid: null, filters: formerName === undefined ? {} : undefined };
  if (wish.allTables && !olds.allTables) warnOfAllTables(context);
  const answers = await context.lookAt((session) =>
    session.run(...findingStatements(session.version, intent, false), readFilterSettings(desired.tables)),
  );
  if (!answers) return;
  const found = takeUnreadAsWished(toFindings(answers.slice(0, -1), intent), intent);
  context.checkPlace(found.server);
  const settings = (answers.at(-1)?.rows ?? []) as unknown as FilterSettings[];
  for (const sentence of otherMeanings(desired.tables, settings)) context.warn(sentence);
  const { actual } = found;
  if (actual) sayUnreadFilters(context, actual);
  // The inputs hold no filters as the server writes them: what the program did not change, counts as unchanged.
  const filters = actual && formerName ? rememberFilters(toDesired(olds as PublicationInputs), actual) : {};
  const { plan, adopted, breaking, absent } = decide(intent, found, filters);
  if (absent.length > 0) context.warn(`not in the database (yet): ${absent.join(", ")}`);
  if (adopted) context.inform(`publication "${wish.name}" exists and would be adopted`);
  if (breaking) {
    const readers = found.slots.length > 0 ? `; it may be read by ${found.slots.map(displaySlot).join(", ")}` : "";
    const what = plan?.renamed ? "renamed" : "dropped and made again";
    context.warn(
      `publication "${wish.name}" will be ${what}: a ClickPipe that reads it has to be resynced afterwards${readers}`,
    );
  }
  // A table of a schema that is published as a whole stays in it.
  const gone = plan?.removed.filter(({ schema }) => !desired.allTables && !desired.schemas.includes(schema)) ?? [];
  if (gone.length > 0) context.inform(`takes out of the publication: ${displayTables(gone)}`);
}

/** Filters that nobody can read for now are judged by `pulumi up`, which waits for them. */
function takeUnreadAsWished(found: Findings, { desired }: Intent): Findings {
  const { actual } = found;
  if (!actual) return found;
  const wished = new Map(desired.tables.map((table) => [tableKey(table), table.where]));
  const tables = actual.tables.map((table) =>
    table.heldBy ? { ...table, where: wished.get(tableKey(table)) } : table,
  );
  return { ...found, actual: { ...actual, tables } };
}

export function warnOfAllTables(context: Context): void {
  context.warn(
    "publishes all tables: each one made without a primary key will have its UPDATEs and DELETEs fail, and every change of every table is decoded. List tables or schemas instead",
  );
}
