import type { Inputs } from "../lifecycle/arguments";
import { type Context, freshToken } from "../lifecycle/context";
import type { Created } from "../lifecycle/lifecycle";
import type { Role } from "../postgres/sql/role";
import { placeOf } from "../postgres/sql/server";
import { qualified } from "../postgres/sql/statement";
import type { Transaction } from "../postgres/transaction";
import { complete, existingRole, knownOf, readAll, readRights, referenceTo, type Seen, toRights } from "./find";
import { beforeOf, noteOf, notesOf, scopeOf, scopesGiven, stoodBefore, writeNote } from "./notes";
import { grantWhereAllowed, type RefusedOwners, withoutRefused, withReasons } from "./refused";
import { ours, takeBack, wishedBefore } from "./remove";
import { comesByDefault, foundAmong, rightKey } from "./sql/found";
import type { HeldRight } from "./sql/held";
import { formatObjects, type ObjectNow, readObjects } from "./sql/objects";
import { planGrants, readableTables, uncoveredAfter } from "./sql/plan";
import type { ActualRights } from "./sql/rights";
import { wishOf, wishOfOthers } from "./sql/wish";
import type { GrantsInputs, GrantsState } from "./state";
import type { Uncovered } from "./uncovered";
import { keepUnread, sayUnread } from "./unread";

export async function createGrants(context: Context, inputs: Inputs): Promise<Created> {
  const grants = inputs as GrantsInputs;
  const token = freshToken();
  const outputs = await grantWhereAllowed(context, async (tx, refused) => {
    const seen = await readAll(tx, { oid: null, name: grants.role }, grants, [grants]);
    context.checkPlace(seen.server);
    return newlyGranted(context, tx, { ...seen, refused }, grants, token);
  });
  return { id: grants.role, outputs };
}

export async function updateGrants(context: Context, _id: string, old: Inputs, inputs: Inputs): Promise<Inputs> {
  const state = old as GrantsState;
  const grants = inputs as GrantsInputs;
  const token = state.token ?? freshToken();
  return grantWhereAllowed(context, async (tx, refused) => {
    const known = knownOf(context, state);
    let seen = await readAll(tx, referenceTo(context, state), grants, [state, grants], known);
    context.checkPlace(seen.server, state);
    const { role } = seen;
    const scopes = role ? scopesGiven(state, notesOf(role, placeOf(seen.server))) : [];
    if (scopes.length > 1) seen = await readAll(tx, referenceTo(context, state), grants, [...scopes, grants], known);
    const recreated = role !== undefined && state.roleOid !== undefined && role.oid !== state.roleOid;
    if (role?.name === grants.role && !recreated)
      return changed(context, tx, { ...seen, role, refused }, state, grants, token);
    return moved(context, tx, { ...seen, refused }, state, grants, token);
  });
}

type SeenBefore = Seen & { refused: RefusedOwners };
type SeenRole = SeenBefore & { role: Role };

/** The same role, perhaps under another name: takes back what is no longer wished for and gives what is now. */
async function changed(
  context: Context,
  tx: Transaction,
  seen: SeenRole,
  state: GrantsState,
  grants: GrantsInputs,
  token: string,
) {
  complete(seen);
  const isWished = wishOf(scopeOf(grants));
  const notes = notesOf(seen.role, placeOf(seen.server));
  const wasWished = wishedBefore(context, state, notes);
  const byOthers = wishOfOthers(notes.filter(({ mark }) => mark !== state.mark && mark !== grants.mark));
  const stood = foundAmong(seen.held, beforeOf(state, notes), context.settings.acceptMovedDatabase);
  const stoodForOthers = foundAmong(seen.held, { found: stoodBefore(notes) }, context.settings.acceptMovedDatabase);
  const isNew = (right: HeldRight) =>
    isWished(right) && !wasWished(right) && (!byOthers(right) || stoodForOthers.has(right));
  const found = seen.held.filter((right) => stood.has(right) || isNew(right));
  const given = state.given ?? [];
  const revoke = ours(context, seen.held, state, notes).filter((right) => !isWished(right));
  return granted(context, tx, seen, grants, {
    ...{ token, found, given, revoke, oldMark: state.mark },
    before: state.uncovered,
  });
}

/** Another role now: taken from the old one and given to the new one in the same transaction. */
async function moved(
  context: Context,
  tx: Transaction,
  seen: SeenBefore,
  state: GrantsState,
  grants: GrantsInputs,
  token: string,
) {
  const { role } = seen;
  if (role?.name === grants.role) return newlyGranted(context, tx, seen, grants, token, state.mark);
  if (role) {
    const place = placeOf(seen.server);
    const revoke = ours(context, seen.held, state, notesOf(role, place));
    await tx.run(
      ...takeBack(role, place.database, seen.held, revoke),
      ...writeNote(role, place, [state.mark], undefined),
    );
  }
  const next = await readAll(tx, { oid: null, name: grants.role }, grants, [grants]);
  return newlyGranted(context, tx, { ...next, refused: seen.refused }, grants, token, state.mark);
}

/** A role to which these grants gave nothing yet. What it holds stays when we go, but for what other grants of ours gave. */
async function newlyGranted(
  context: Context,
  tx: Transaction,
  seen: SeenBefore,
  grants: GrantsInputs,
  token: string,
  oldMark = grants.mark,
) {
  const role = existingRole(seen, grants.role);
  complete(seen);
  const notes = notesOf(role, placeOf(seen.server));
  const own = notes.find(({ mark }) => mark === grants.mark);
  const byOthers = wishOfOthers(notes.filter(({ mark }) => mark !== oldMark && mark !== grants.mark));
  const isWished = wishOf(scopeOf(grants));
  const stood = foundAmong(seen.held, { found: stoodBefore(notes) }, context.settings.acceptMovedDatabase);
  // What a killed run of ours gave, or these grants before they are made again, is not somebody else's; where there was
  // too much before to be noted, nobody knows any more what.
  const isKnown = own !== undefined && (!own.found || own.before !== undefined);
  const found = seen.held.filter((right) => isWished(right) && (stood.has(right) || (!isKnown && !byOthers(right))));
  return granted(context, tx, { ...seen, role }, grants, { token, found, given: [], revoke: [], oldMark });
}

interface Change {
  token: string;
  /** What the state says is not covered. */
  before?: Uncovered[];
  found: HeldRight[];
  given: string[];
  revoke: HeldRight[];
  oldMark: string;
}

async function granted(context: Context, tx: Transaction, seen: SeenRole, grants: GrantsInputs, change: Change) {
  const { role, refused } = seen;
  const rights = withoutRefused(seen.rights, refused);
  const place = placeOf(seen.server);
  const { token, revoke, oldMark } = change;
  const found = change.found.map(rightKey);
  const given = [...new Set([...change.given, ...givenBesideDefaults(rights, found)])];
  tx.relations = [...revoke, ...rights.tables].filter(({ name }) => name !== "").map(qualified);
  const answers = await tx.commit(
    ...takeBack(role, place.database, seen.held, revoke),
    ...planGrants(role.name, rights).statements,
    ...writeNote(role, place, [oldMark, grants.mark], noteOf(grants, place, token, found)),
    ...readRights(tx.version, { oid: role.oid, name: role.name }, grants),
    readObjects(grants, []),
  );
  const after = withoutRefused(toRights(answers.slice(-5, -1), place.database), refused);
  const objects = formatObjects((answers.at(-1)?.rows ?? []) as unknown as ObjectNow[]);
  const uncovered = keepUnread(withReasons(uncoveredAfter(role.name, after), refused), change.before, after);
  sayUnread(context, role.name, after);
  for (const { kind, object, owner, reason, fix } of uncovered)
    context.warn(`${kind} ${object} is not covered: ${reason}. Run as ${owner}, or as a superuser: ${fix};`);
  const grantedTables = readableTables(role.name, after);
  return { roleOid: role.oid, target: place, token, found, given, objects, grantedTables, uncovered };
}

/** Of the tables that get SELECT now, those of owners whose later tables have it without us. */
function givenBesideDefaults({ tables }: ActualRights, found: string[]): string[] {
  const comes = comesByDefault(found);
  return tables
    .filter(({ granted, columns, actor }) => !granted && columns === null && actor !== "none")
    .map(({ schema, name, owner, actor, oid, schemaOid, ownerOid }): HeldRight => {
      const ids = { oid, schemaOid, columnNumber: 0, grantorOid: ownerOid };
      return { kind: "table", schema, name, column: null, owner, grantor: owner, actor, ...ids };
    })
    .filter(comes)
    .map(rightKey);
}
