import type { Context } from "../lifecycle/context";
import { absentObjects } from "../lifecycle/refusals";
import type { Asker } from "../ownership/whose";
import type { KnownLeaves } from "../pipe/leaves";
import { type MarkedRole, readMarkedRoles } from "../postgres/sql/markedRoles";
import type { Place } from "../postgres/sql/place";
import { type Role, type RoleReference, readRole } from "../postgres/sql/role";
import { placeOf, readServer, type Server } from "../postgres/sql/server";
import { type Query, queryNothing } from "../postgres/sql/statement";
import type { Transaction } from "../postgres/transaction";
import { OwnershipNotes } from "./ownershipNotes";
import { type NoteFilter, ownNotes, type SortedNotes, sortNotes } from "./ownNotes";
import { noSuchRole } from "./refusals";
import { type ActualRight, readActualRights } from "./sql/actual";
import { type Coverage, readCoverage, toCoverage } from "./sql/coverage";
import { readLeaves } from "./sql/leaves/known";
import { displayMissing, readMissing } from "./sql/missing";
import { allScopes, type Scope, type ScopeInputs, toScope } from "./sql/scope";
import { type GrantsInputs, type Known, NOTHING_KNOWN } from "./state";

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
  asker: Asker;
  notes: SortedNotes;
  /** Tells own notes from others. */
  isOwn: NoteFilter;
  /** How much of the desired scope the role can read. */
  coverage: Coverage;
  /** What the role holds in any of the given scopes, and on the objects that are known by their OIDs. */
  actual: ActualRight[];
  /** The leaves that the desired scope brings in. */
  leaves: KnownLeaves[];
  /** Reads that again. */
  readActual: Query<ActualRight[]>;
  /** In a create, all roles whose comments name this resource. */
  marked: MarkedRole[];
}

export interface Question {
  role: RoleReference;
  desired: GrantsInputs;
  /** What the resource has: its state or, in a create, its token. */
  state: Parameters<Context["asker"]>[2];
  scopes: ScopeInputs[];
  known?: Known;
  isCreate?: boolean;
}

/** One round trip. */
export async function surveyGrants(context: Context, tx: Transaction, question: Question): Promise<Survey> {
  const { role: reference, desired, state, scopes, known = NOTHING_KNOWN, isCreate } = question;
  const readActual = readActualRights(tx.version, reference, knownScope(scopes, known));
  const [server, role, marked, missing, leaves, actual, ...rights] = await tx.ask(
    readServer,
    readRole(reference),
    isCreate ? readMarkedRoles(desired.mark) : queryNothing<MarkedRole[]>([]),
    readMissing(desired),
    readLeaves(tx.version, reference, desired),
    readActual,
    ...readCoverage(tx.version, reference, desired),
  );
  const coverage = toCoverage(server.database, rights);
  const missingNames = missing.map(displayMissing);
  if (!role || !coverage) return { server, missing: missingNames, grantee: undefined };
  const place = placeOf(server);
  const asker = context.asker(place, desired, state);
  const isOwn = ownNotes(asker);
  const notes = sortNotes(context.run.memory(OwnershipNotes).of(role, place), isOwn);
  const grantee = { role, place, asker, notes, isOwn, coverage, actual, leaves, readActual, marked };
  return { server, missing: missingNames, grantee };
}

/** The union of the scopes, with what is known by its OID. */
export function knownScope(scopes: ScopeInputs[], { objects, leaves }: Known): Scope {
  return { ...toScope(allScopes(scopes)), known: objects, leaves };
}

/** Refuses a missing role and a scope that names missing objects, before anything is granted. */
export function granteeOrRefuse({ server, missing, grantee }: Survey, role: string): Grantee {
  if (!grantee) throw noSuchRole(role, server.database);
  if (missing.length > 0) throw absentObjects(server.database, missing, "Nothing was granted.");
  return grantee;
}
