import type { Context } from "../lifecycle/context";
import { absentObjects } from "../lifecycle/refusals";
import type { GrantsOwnership } from "../postgres/sql/mark";
import type { Place } from "../postgres/sql/place";
import { type Role, type RoleReference, readRole } from "../postgres/sql/role";
import { placeOf, readServer, type Server } from "../postgres/sql/server";
import type { Transaction } from "../postgres/transaction";
import { OwnershipNotes } from "./ownershipNotes";
import { noSuchRole } from "./refusals";
import { type ActualRight, readActualRights } from "./sql/actual";
import { type Coverage, readCoverage, toCoverage } from "./sql/coverage";
import { displayMissing, readMissing } from "./sql/missing";
import { allScopes, type NamedObject, type ScopeInputs, toScope } from "./sql/scope";

/** What a change needs to know. */
export interface Survey {
  server: Server;
  /** What the desired scope names and the database does not have. */
  missing: string[];
  /** Undefined if there is no such role. */
  grantee: Grantee | undefined;
}

export interface Grantee {
  role: Role;
  place: Place;
  notes: GrantsOwnership[];
  /** How much of the desired scope the role can read. */
  coverage: Coverage;
  /** What the role holds in any of the given scopes, and on the objects that are known by their OIDs. */
  actual: ActualRight[];
}

export interface Question {
  role: RoleReference;
  desired: ScopeInputs;
  scopes: ScopeInputs[];
  known?: NamedObject[];
}

/** One round trip. */
export async function surveyGrants(context: Context, tx: Transaction, question: Question): Promise<Survey> {
  const { role: reference, desired, scopes, known = [] } = question;
  const [server, role, missing, actual, ...rights] = await tx.ask(
    readServer,
    readRole(reference),
    readMissing(desired),
    readActualRights(tx.version, reference, { ...toScope(allScopes(scopes)), known }),
    ...readCoverage(tx.version, reference, desired),
  );
  const place = placeOf(server);
  const coverage = toCoverage(server.database, rights);
  const grantee = role &&
    coverage && { role, place, notes: context.run.memory(OwnershipNotes).of(role, place), coverage, actual };
  return { server, missing: missing.map(displayMissing), grantee };
}

/** Refuses a missing role and a scope that names missing objects, before anything is granted. */
export function granteeOrRefuse({ server, missing, grantee }: Survey, role: string): Grantee {
  if (!grantee) throw noSuchRole(role, server.database);
  if (missing.length > 0) throw absentObjects(server.database, missing, "Nothing was granted.");
  return grantee;
}
