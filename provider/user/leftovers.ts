import { refusal } from "../errors";
import type { Context } from "../lifecycle/context";
import { connect } from "../postgres/connection";
import { Session } from "../postgres/session";
import { identifier } from "../postgres/sql/statement";
import { displayIdentifier } from "../postgres/sql/table";
import { describeLeftovers, LEFTOVERS_SHOWN, type Leftover } from "./sql/use";

/** Why a role cannot be dropped, object by object; never taken away by us, since none of it was made by us. */
export async function stillHolds(context: Context, name: string, leftovers: Leftover[]) {
  const { database: here } = context.postgres.settings;
  const left: string[] = [];
  for (const database of [...new Set(leftovers.map((leftover) => leftover.database ?? here))]) {
    const inside = leftovers.filter((leftover) => (leftover.database ?? here) === database);
    const objects = database === here ? described(inside) : await describedElsewhere(context, database, inside);
    left.push(
      ...objects.map((object) => (database === here ? object : `${object} in database ${displayIdentifier(database)}`)),
    );
  }
  const shown = left.slice(0, LEFTOVERS_SHOWN).join("; ");
  const more = leftovers.length > LEFTOVERS_SHOWN ? "; and more" : "";
  return refusal(
    "roleHoldsRights",
    `role "${name}" cannot be dropped: these still depend on it, and were not made by this stack: ${shown}${more}. ` +
      `Take them away (REVOKE … FROM ${identifier(name)}, or give what it owns another owner), then destroy again.`,
  );
}

function described(leftovers: Leftover[]): string[] {
  return leftovers.map(({ kind, object }) => `${kind} ${object}`);
}

/** Only its own database knows an object's name: one short connection each, on this failing path alone. */
async function describedElsewhere(context: Context, database: string, leftovers: Leftover[]): Promise<string[]> {
  const { settings } = context.postgres;
  try {
    const opened = await connect({ ...settings, database }, Date.now() + settings.connectTimeout * 1000);
    try {
      const [answer] = await new Session(opened).run(describeLeftovers(leftovers));
      return described((answer?.rows ?? []) as unknown as Leftover[]);
    } finally {
      await opened.client.end();
    }
  } catch {
    // Where the admin may not connect, the number must do.
    return [`${leftovers.length} object(s)`];
  }
}
