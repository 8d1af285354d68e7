import type { Context } from "../lifecycle/context";
import type { GrantsOwnership } from "../postgres/sql/mark";
import { type Role, readRole } from "../postgres/sql/role";
import { placeOf, readServer } from "../postgres/sql/server";
import { type Transaction, transaction } from "../postgres/transaction";
import { knownObjects, referenceTo } from "./find";
import { OwnershipNotes, scopesGiven } from "./ownershipNotes";
import { historyOf, isRevocable, ownRights } from "./ownRights";
import { stillGranted } from "./refusals";
import { type ActualRight, displayRights, readActualRights, relationsOf } from "./sql/actual";
import { rightKey } from "./sql/preexisting";
import { planRevoke } from "./sql/revoke";
import { allScopes, type ScopeInputs, toScope } from "./sql/scope";
import type { GrantsState } from "./state";

/**
 * Revokes what these grants gave, grantor by grantor, except for what the role held before and what other ClickPipesGrants
 * still ask for.
 */
export async function removeGrants(context: Context, state: GrantsState): Promise<void> {
  await transaction(context.postgres, (tx) => revokeOwn(context, tx, state));
}

async function revokeOwn(context: Context, tx: Transaction, state: GrantsState): Promise<void> {
  const reference = referenceTo(context, state);
  const known = knownObjects(context, state);
  const readWithin = (scopes: ScopeInputs[]) =>
    readActualRights(tx.version, reference, { ...toScope(allScopes(scopes)), known });
  const [server, role, inState] = await tx.ask(readServer, readRole(reference), readWithin([state]));
  context.refuseOtherPlace(server, state);
  if (!role) return;
  const place = placeOf(server);
  const ownership = context.run.memory(OwnershipNotes);
  const notes = ownership.of(role, place);
  if (!areOwn(role, notes, state)) {
    context.inform(
      `the grants to role "${role.name}" now belong to another resource, or have lost their note. Delete left them unchanged.`,
    );
    return;
  }
  const scopes = scopesGiven(state, notes);
  const [actual] = scopes.length > 1 ? await tx.ask(readWithin(scopes)) : [inState];
  const own = ownRights(actual, historyOf(context, state, notes));
  const revoke = own.filter(isRevocable);
  const statements = [
    ...planRevoke(role.name, place.database, actual, revoke),
    ...ownership.write(role, place, [state.mark], undefined),
  ];
  const [left] = await tx.commit({ statements, relations: relationsOf(revoke) }, readWithin(scopes));
  refuseUnlessGone(role.name, revoke, left);
  reportWhatStays(
    context,
    role.name,
    own.filter((right) => !isRevocable(right)),
  );
}

/** If no note can be written and this run has noted nothing newer, the state alone decides. */
function areOwn(role: Role, notes: GrantsOwnership[], state: GrantsState): boolean {
  const own = notes.find(({ mark }) => mark === state.mark);
  return own === undefined ? !role.mayComment : own.token === state.token;
}

/** A REVOKE that only raises a warning has revoked nothing. */
function refuseUnlessGone(role: string, revoked: ActualRight[], left: ActualRight[]): void {
  const keys = new Set(left.map(rightKey));
  const kept = revoked.filter((right) => keys.has(rightKey(right)));
  if (kept.length > 0) throw stillGranted(role, kept);
}

function reportWhatStays(context: Context, role: string, rights: ActualRight[]): void {
  const granted = rights.filter(({ grantor, owner }) => grantor !== owner);
  const owned = rights.filter(({ grantor, owner }) => grantor === owner);
  if (granted.length > 0)
    context.inform(`role "${role}" keeps rights that other roles granted: ${displayRights(granted)}.`);
  if (owned.length > 0)
    context.inform(`role "${role}" keeps rights that only the owner may revoke now: ${displayRights(owned)}.`);
}
