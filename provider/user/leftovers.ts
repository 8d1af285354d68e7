import type { Context } from "../lifecycle/context";
import { displayIdentity } from "../ownership/identity";
import { Session } from "../postgres/session";
import type { GrantsOwnership } from "../postgres/sql/mark";
import type { RoleReference } from "../postgres/sql/role";
import { displayIdentifier } from "../postgres/sql/table";
import { describeLeftovers, type Leftover, type LeftoverName } from "./sql/use";

/** What keeps a role from being dropped, in words. */
export interface Leftovers {
  names: string[];
  /** The statements that help where REVOKE does not, as one line for each database. */
  fixes: string[];
}

/** Names each object that keeps the role from being dropped. Delete never removes them, because this stack did not create them. */
export async function nameLeftovers(context: Context, role: RoleReference, leftovers: Leftover[]): Promise<Leftovers> {
  const { database: here } = context.postgres.settings;
  const all: Leftovers = { names: [], fixes: [] };
  for (const database of new Set(leftovers.map((leftover) => leftover.database ?? here))) {
    const inside = leftovers.filter((leftover) => (leftover.database ?? here) === database);
    const isHere = database === here;
    const named = isHere ? inside : await nameElsewhere(context, database, role, inside);
    const where = isHere ? "" : ` in database ${displayIdentifier(database)}`;
    const names = named?.map(({ kind, object }) => `${kind} ${object}`) ?? [`${inside.length} object(s)`];
    const statements = (named ?? []).flatMap(({ fix }) => (fix === null ? [] : [fix]));
    all.names.push(...names.map((name) => name + where));
    if (statements.length > 0) all.fixes.push(`Run${where}: ${statements.join(" ")}`);
  }
  return all;
}

/**
 * Only an object's own database knows its name. This opens one short connection per database, and only when a delete fails.
 * Undefined if the admin may not connect there.
 */
async function nameElsewhere(
  context: Context,
  database: string,
  role: RoleReference,
  leftovers: Leftover[],
): Promise<LeftoverName[] | undefined> {
  const { postgres } = context;
  try {
    const deadline = Date.now() + postgres.settings.connectTimeout * 1000;
    const opened = await postgres.connectApart({ database }, deadline);
    try {
      const [named] = await new Session(opened).ask(describeLeftovers(leftovers, role));
      return named;
    } finally {
      await opened.client.end();
    }
  } catch {
    return undefined;
  }
}

export function nameGrants(grants: GrantsOwnership[]): string[] {
  return grants.map((note) => `${displayIdentity(note)} in database ${displayIdentifier(note.database)}`);
}
