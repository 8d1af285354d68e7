import type { Context } from "../../lifecycle/context";
import { displayTable, displayTables } from "../../postgres/sql/table";
import { groupBy } from "../sql/groupBy";
import type { Child } from "../sql/leaves/children";

/**
 * Names the tables that inherit from one in the scope. ClickPipes reads them with it, but unlike partitions they are tables in
 * their own right, so they are granted only if they are listed.
 */
export function warnOfChildren(context: Context, role: string, children: Child[]): void {
  for (const group of groupBy(children, ({ parent }) => displayTable(parent))) {
    const parent = displayTable(group[0].parent);
    context.warn(
      `role "${role}" cannot read ${displayTables(group)}, which ${group.length === 1 ? "inherits" : "inherit"} from ${parent}.\n` +
        `ClickPipes loads the rows of each of them with ${parent}, so the first load fails.\n` +
        `Add them to \`tables\` of these grants, or list their schemas in \`schemas\`.`,
    );
  }
}
