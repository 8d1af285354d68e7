import type { Context } from "../lifecycle/context";
import type { Transaction } from "../postgres/transaction";
import type { Change } from "./decide";
import { warnOfChildren } from "./leaves/children";
import { noteOf, OwnershipNotes } from "./ownershipNotes";
import { whileRevoking } from "./passedOn";
import { noSuchRole, stillGranted } from "./refusals";
import { type RefusedOwners, withoutRefused, withReasons } from "./refusedOwners";
import type { Resumption } from "./resumption";
import { type ActualRight, relationsOf } from "./sql/actual";
import { type Coverage, readCoverage, toCoverage } from "./sql/coverage";
import { readChildren } from "./sql/leaves/children";
import { formatObjects, readObjects } from "./sql/objects";
import { planGrants, readableTables, uncoveredAfter } from "./sql/plan";
import { portionOf } from "./sql/portion";
import { comesByDefault, rightKey } from "./sql/preexisting";
import { planRevoke } from "./sql/revoke";
import { explainUncovered } from "./sql/uncovered";
import type { GrantsInputs, GrantsOutputs } from "./state";
import type { Grantee } from "./survey";
import type { Uncovered } from "./uncovered";
import { keepUnread, warnOfUnread } from "./unreadPolicies";

/** One attempt to give a role its rights. */
export interface Attempt {
  context: Context;
  tx: Transaction;
  /** The owners whose statements the server refused in earlier attempts. */
  refused: RefusedOwners;
  inputs: GrantsInputs;
  token: string;
  /** Collects what this takes over from another create. */
  resumption: Resumption;
}

/**
 * Revokes and grants in the last round trip of the transaction, and reads the result back in the same one. Undefined if it has
 * revoked only a part so far: the note stays until the last transaction, so each can be repeated.
 */
export async function grantAndRecord(
  attempt: Attempt,
  grantee: Grantee,
  change: Change,
): Promise<GrantsOutputs | undefined> {
  const { context, tx, refused, inputs, token, resumption } = attempt;
  const { role, place, actual } = grantee;
  const { revoke } = change;
  resumption.note(grantee, change);
  if (await revokePortion(tx, grantee, revoke)) return undefined;
  const coverage = withoutRefused(grantee.coverage, refused);
  const found = change.preexisting.map(rightKey);
  const given = [...new Set([...change.given, ...givenNextToDefaults(coverage, found)])];
  const note = noteOf(inputs, place, token, { found, given }, grantee.leaves);
  const statements = [
    ...planRevoke(role.name, place.database, actual, revoke),
    ...planGrants(role.name, coverage).statements,
    ...context.run.memory(OwnershipNotes).write(role, place, grantee.isOwn, note),
  ];
  const relations = relationsOf([...revoke, ...coverage.tables]);
  const reference = { oid: role.oid, name: role.name };
  const sent = tx.commit(
    { statements, relations },
    ...readCoverage(tx.version, reference, inputs),
    readObjects(inputs, []),
    readChildren(tx.version, reference, inputs),
  );
  const [databaseRight, schemas, tables, defaults, objects, children] = await whileRevoking(role, revoke, sent);
  const readBack = toCoverage(place.database, [databaseRight, schemas, tables, defaults]);
  if (!readBack) throw noSuchRole(role.name, place.database);
  const after = withoutRefused(readBack, refused);
  const uncovered = keepUnread(withReasons(uncoveredAfter(role.name, after), refused), change.uncovered, after);
  warnOfUnread(context, role.name, after);
  warnOfUncovered(context, uncovered);
  warnOfChildren(context, role.name, children);
  return {
    roleOid: role.oid,
    target: place,
    token,
    found,
    given,
    objects: formatObjects(objects, grantee.leaves),
    grantedTables: readableTables(role.name, after),
    uncovered,
  };
}

/**
 * Revokes and commits a part of the default privileges if they are too many for one transaction. False if they are not, or no
 * longer.
 */
export async function revokePortion(
  tx: Transaction,
  { role, place, actual, readActual }: Pick<Grantee, "role" | "place" | "actual" | "readActual">,
  revoke: ActualRight[],
): Promise<boolean> {
  const portion = portionOf(revoke);
  if (portion.length === 0) return false;
  const [left] = await tx.commit(planRevoke(role.name, place.database, actual, portion), readActual);
  refuseUnlessGone(role.name, portion, left);
  return true;
}

/** A REVOKE that only raises a warning has revoked nothing. */
export function refuseUnlessGone(role: string, revoked: ActualRight[], left: ActualRight[]): void {
  const keys = new Set(left.map(rightKey));
  const kept = revoked.filter((right) => keys.has(rightKey(right)));
  if (kept.length > 0) throw stillGranted(role, kept);
}

function warnOfUncovered(context: Context, uncovered: Uncovered[]): void {
  for (const entry of uncovered) context.warn(explainUncovered(entry).join("\n"));
}

/**
 * Of the tables that get SELECT now, those whose owner had default privileges for the role before. The owner's later tables get
 * SELECT without these grants, so the state has to list the ones that got it from them.
 */
function givenNextToDefaults({ tables }: Coverage, found: string[]): string[] {
  const comes = comesByDefault(found);
  return tables
    .filter(({ granted, columns, actor }) => !granted && columns === null && actor !== "none")
    .map(({ schema, name, owner, actor, oid, schemaOid, ownerOid }): ActualRight => {
      const ids = { oid, schemaOid, columnNumber: 0, grantorOid: ownerOid };
      return { kind: "table", schema, name, column: null, owner, grantor: owner, actor, roots: [], ...ids };
    })
    .filter(comes)
    .map(rightKey);
}
