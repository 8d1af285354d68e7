import type { Context } from "../lifecycle/context";
import { lostNote } from "../ownership/notes";
import type { Whose } from "../ownership/whose";
import { type Role, readRole } from "../postgres/sql/role";
import { placeOf, readServer, type Server } from "../postgres/sql/server";
import { type Transaction, transaction } from "../postgres/transaction";
import { refuseUnlessGone, revokePortion } from "./commit";
import { OwnershipNotes, scopesGiven } from "./ownershipNotes";
import { currentNotes, sortNotes, whoseGrants } from "./ownNotes";
import { historyOf, isRevocable, ownRights } from "./ownRights";
import { explainPassedOn, whileRevoking } from "./passedOn";
import { type ActualRight, displayRights, readActualRights, relationsOf } from "./sql/actual";
import { planRevoke } from "./sql/revoke";
import type { ScopeInputs } from "./sql/scope";
import { type GrantsState, knownObjects, referenceTo } from "./state";
import { knownScope } from "./survey";

/**
 * Revokes what these grants gave, grantor by grantor, except for what the role held before and what other ClickPipesGrants
 * still ask for.
 */
export async function removeGrants(context: Context, state: GrantsState): Promise<void> {
  await explainPassedOn(context, async () => {
    while (!(await transaction(context.postgres, (tx) => revokeOwn(context, tx, state))));
  });
}

/** False if there is more to revoke, in another transaction. The note stays until the last one, so each can be repeated. */
async function revokeOwn(context: Context, tx: Transaction, state: GrantsState): Promise<boolean> {
  const reference = referenceTo(context, state);
  const known = knownObjects(context, state);
  const readWithin = (scopes: ScopeInputs[]) => readActualRights(tx.version, reference, knownScope(scopes, known));
  const [server, role, inState] = await tx.ask(readServer, readRole(reference), readWithin([state]));
  context.refuseOtherPlace(server, state);
  if (!role) return true;
  const place = placeOf(server);
  const ownership = context.run.memory(OwnershipNotes);
  const asker = askerOf(context, server, role, state);
  const isOwn = currentNotes(asker);
  const all = ownership.of(role, place);
  const notes = sortNotes(all, isOwn);
  const scopes = scopesGiven(state, notes.own);
  const [actual] = scopes.length > 1 ? await tx.ask(readWithin(scopes)) : [inState];
  const own = ownRights(actual, historyOf(context, state, notes));
  const revoke = own.filter(isRevocable);
  if (!mayRevoke(context, state, role, whoseGrants(role, all, asker), revoke)) return true;
  const readActual = readWithin(scopes);
  if (await revokePortion(tx, { role, place, actual, readActual }, revoke)) return false;
  const statements = [
    ...planRevoke(role.name, place.database, actual, revoke),
    ...ownership.write(role, place, isOwn, undefined),
  ];
  const sent = tx.commit({ statements, relations: relationsOf(revoke) }, readActual);
  const [left] = await whileRevoking(role, revoke, sent);
  refuseUnlessGone(role.name, revoke, left);
  reportWhatStays(
    context,
    role.name,
    own.filter((right) => !isRevocable(right)),
  );
  return true;
}

/** An early version may not have stored the OID, and in a moved database it means nothing. Then the name counts. */
function askerOf(context: Context, server: Server, role: Role, state: GrantsState) {
  const { mark, path, token, roleOid } = state;
  const oid = context.oidOf(roleOid) ?? role.oid;
  return context.asker(placeOf(server), state, { mark, path, token: token || undefined, oid });
}

/**
 * Only the note proves that the grants are still the ones in the state. If no note can be written, the state alone decides, provided
 * that a create or an update of these grants wrote it: then it has a token.
 */
function mayRevoke(context: Context, state: GrantsState, role: Role, found: Whose, revoke: ActualRight[]): boolean {
  if (found.is === "current") return true;
  const cannotBeNoted = !role.mayComment && !found.owner;
  if (cannotBeNoted && state.token !== undefined) return true;
  if (!found.owner && revoke.length === 0) return false;
  if (found.is === "unmarked" && !cannotBeNoted) throw lostNote(role.name, displayRights(revoke));
  context.leaveInPlace(`the set of grants to role "${role.name}"`, found);
  return false;
}

function reportWhatStays(context: Context, role: string, rights: ActualRight[]): void {
  const granted = rights.filter(({ grantor, owner }) => grantor !== owner);
  const owned = rights.filter(({ grantor, owner }) => grantor === owner);
  if (granted.length > 0)
    context.inform(`role "${role}" keeps rights that other roles granted: ${displayRights(granted)}.`);
  if (owned.length > 0)
    context.inform(`role "${role}" keeps rights that only the owner may revoke now: ${displayRights(owned)}.`);
}
