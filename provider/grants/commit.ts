import type { Context } from "../lifecycle/context";
import type { Transaction } from "../postgres/transaction";
import type { Change } from "./decide";
import { noteOf, OwnershipNotes } from "./ownershipNotes";
import { noSuchRole } from "./refusals";
import { type RefusedOwners, withoutRefused, withReasons } from "./refusedOwners";
import { type ActualRight, relationsOf } from "./sql/actual";
import { type Coverage, readCoverage, toCoverage } from "./sql/coverage";
import { formatObjects, readObjects } from "./sql/objects";
import { planGrants, readableTables, uncoveredAfter } from "./sql/plan";
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
}

/** Revokes and grants in the last round trip of the transaction, and reads the result back in the same one. */
export async function grantAndRecord(attempt: Attempt, grantee: Grantee, change: Change): Promise<GrantsOutputs> {
  const { context, tx, refused, inputs, token } = attempt;
  const { role, place, actual } = grantee;
  const { revoke, oldMark } = change;
  const coverage = withoutRefused(grantee.coverage, refused);
  const found = change.preexisting.map(rightKey);
  const given = [...new Set([...change.given, ...givenNextToDefaults(coverage, found)])];
  const note = noteOf(inputs, place, token, found);
  const statements = [
    ...planRevoke(role.name, place.database, actual, revoke),
    ...planGrants(role.name, coverage).statements,
    ...context.run.memory(OwnershipNotes).write(role, place, [oldMark, inputs.mark], note),
  ];
  const relations = relationsOf([...revoke, ...coverage.tables]);
  const [databaseRight, schemas, tables, defaults, objects] = await tx.commit(
    { statements, relations },
    ...readCoverage(tx.version, { oid: role.oid, name: role.name }, inputs),
    readObjects(inputs, []),
  );
  const readBack = toCoverage(place.database, [databaseRight, schemas, tables, defaults]);
  if (!readBack) throw noSuchRole(role.name, place.database);
  const after = withoutRefused(readBack, refused);
  const uncovered = keepUnread(withReasons(uncoveredAfter(role.name, after), refused), change.uncovered, after);
  warnOfUnread(context, role.name, after);
  warnOfUncovered(context, uncovered);
  return {
    roleOid: role.oid,
    target: place,
    token,
    found,
    given,
    objects: formatObjects(objects),
    grantedTables: readableTables(role.name, after),
    uncovered,
  };
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
      return { kind: "table", schema, name, column: null, owner, grantor: owner, actor, ...ids };
    })
    .filter(comes)
    .map(rightKey);
}
