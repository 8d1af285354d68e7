import type { Context } from "../lifecycle/context";
import { Session } from "../postgres/session";
import { displayIdentifier } from "../postgres/sql/table";
import { describeLeftovers, type Leftover, type LeftoverName } from "./sql/use";

/** Names each object that keeps the role from being dropped. Delete never removes them, because this stack did not create them. */
export async function nameLeftovers(context: Context, leftovers: Leftover[]): Promise<string[]> {
  const { database: here } = context.postgres.settings;
  const names: string[] = [];
  for (const database of new Set(leftovers.map((leftover) => leftover.database ?? here))) {
    const inside = leftovers.filter((leftover) => (leftover.database ?? here) === database);
    if (database === here) names.push(...inside.map(display));
    else {
      const objects = await nameElsewhere(context, database, inside);
      names.push(...objects.map((object) => `${object} in database ${displayIdentifier(database)}`));
    }
  }
  return names;
}

function display({ kind, object }: LeftoverName): string {
  return `${kind} ${object}`;
}

/** Only an object's own database knows its name. This opens one short connection per database, and only when a delete fails. */
async function nameElsewhere(context: Context, database: string, leftovers: Leftover[]): Promise<string[]> {
  const { postgres } = context;
  try {
    const deadline = Date.now() + postgres.settings.connectTimeout * 1000;
    const opened = await postgres.connectApart({ database }, deadline);
    try {
      const [names] = await new Session(opened).ask(describeLeftovers(leftovers));
      return names.map(display);
    } finally {
      await opened.client.end();
    }
  } catch {
    // The admin may not connect there: give the number instead of the names.
    return [`${leftovers.length} object(s)`];
  }
}
