import type { Context } from "../lifecycle/context";
import type { GrantsOwnership } from "../postgres/sql/mark";
import type { Place } from "../postgres/sql/place";
import { type Role, type RoleReference, readRole } from "../postgres/sql/role";
import { placeOf, readServer, type Server } from "../postgres/sql/server";
import type { Transaction } from "../postgres/transaction";
import { OwnershipNotes } from "./ownershipNotes";
import { noSuchRole, notThere } from "./refusals";
import { type ActualRight, readActualRights } from "./sql/actual";
import { type Coverage, readCoverage, toCoverage } from "./sql/coverage";
import { displayMissing, readMissing } from "./sql/missing";
import { allScopes, type NamedObject, type ScopeInputs, toScope } from "./sql/scope";

/** All that a change needs to know. */
export interface Survey {
  server: Server;
  /** Names of the desired scope that mean nothing in the database. */
  missing: string[];
  /** Undefined where there is no such role. */
  grantee: Grantee | undefined;
}

export interface Grantee {
  role: Role;
  place: Place;
  notes: GrantsOwnership[];
  /** How much of the desired scope it can read. */
  coverage: Coverage;
  /** What it holds in any of the scopes that were asked about, and of what is known by its OID. */
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

/** Refuses a role or a scope that is not there, before anything is granted. */
export function granteeOrRefuse({ server, missing, grantee }: Survey, role: string): Grantee {
  if (!grantee) throw noSuchRole(role, server.database);
  if (missing.length > 0) throw notThere(missing, server.database);
  return grantee;
}
