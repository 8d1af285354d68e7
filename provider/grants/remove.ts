import { refusal } from "../errors";
import type { Inputs } from "../lifecycle/arguments";
import type { Context } from "../lifecycle/context";
import type { GrantsOwnership } from "../postgres/sql/mark";
import { type Role, readRole, toRole } from "../postgres/sql/role";
import { placeOf, readServer, toServer } from "../postgres/sql/server";
import { qualified, type Statement } from "../postgres/sql/statement";
import { displayIdentifier } from "../postgres/sql/table";
import { transaction } from "../postgres/transaction";
import { knownOf, referenceTo } from "./find";
import { beforeOf, notesOf, scopesGiven, writeNote } from "./notes";
import { foundAmong, rightKey } from "./sql/found";
import { type HeldRight, readHeldRights } from "./sql/held";
import { formerName } from "./sql/objects";
import { planRevoke } from "./sql/revoke";
import { allScopes, type ScopeInputs, toScope } from "./sql/scope";
import { type Wish, wishOf, wishOfOthers } from "./sql/wish";
import type { GrantsState } from "./state";

/** Takes back what these grants gave, grantor by grantor, but for what was there before or others still wish for. */
export async function removeGrants(context: Context, id: string, old: Inputs): Promise<void> {
  const state = { ...old, role: old.role ?? id } as GrantsState;
  const reference = referenceTo(context, state);
  await transaction(context.postgres, async (tx) => {
    const known = knownOf(context, state);
    const readHeld = (scopes: ScopeInputs[]) =>
      readHeldRights(tx.version, reference, { ...toScope(allScopes(scopes)), known });
    const [serverAnswer, roleAnswer, heldAnswer] = await tx.run(readServer, readRole(reference), readHeld([state]));
    const server = toServer(serverAnswer?.rows[0] ?? {});
    context.checkPlace(server, state);
    const role = toRole(roleAnswer?.rows[0]);
    if (!role) return;
    const place = placeOf(server);
    const notes = notesOf(role, place);
    const own = notes.find(({ mark }) => mark === state.mark);
    // Where nothing can be noted, and nothing newer was in this run, the state alone decides.
    if (own === undefined ? role.mayComment : own.token !== state.token) {
      context.inform(
        `the grants of role "${role.name}" belong to another resource by now, or have lost their note: they were left as they are`,
      );
      return;
    }
    const scopes = scopesGiven(state, notes);
    const [again] = scopes.length > 1 ? await tx.run(readHeld(scopes)) : [heldAnswer];
    const held = (again?.rows ?? []) as unknown as HeldRight[];
    const notOthers = notOfOthers(context, held, state, notes);
    const revoke = notOthers.filter(revocable);
    tx.relations = revoke.filter(({ kind }) => kind === "table").map(qualified);
    const answers = await tx.commit(
      ...takeBack(role, place.database, held, revoke),
      ...writeNote(role, place, [state.mark], undefined),
      readHeld(scopes),
    );
    const left = new Set(((answers.at(-1)?.rows ?? []) as unknown as HeldRight[]).map(rightKey));
    const kept = revoke.filter((right) => left.has(rightKey(right)));
    if (kept.length > 0) throw stillHeld(role.name, kept);
    sayWhatStays(
      context,
      role.name,
      notOthers.filter((right) => !revocable(right)),
    );
  });
}

function sayWhatStays(context: Context, role: string, rights: HeldRight[]): void {
  const granted = rights.filter(({ grantor, owner }) => grantor !== owner);
  const owned = rights.filter(({ grantor, owner }) => grantor === owner);
  if (granted.length > 0) context.inform(`role "${role}" keeps what others granted: ${displayRights(granted)}`);
  if (owned.length > 0)
    context.inform(`role "${role}" keeps what by now only the owner may take back: ${displayRights(owned)}`);
}

/** What these grants gave, as far as nobody else wishes for it. */
export function ours(context: Context, held: HeldRight[], state: GrantsState, notes: GrantsOwnership[]): HeldRight[] {
  return notOfOthers(context, held, state, notes).filter(revocable);
}

function notOfOthers(context: Context, held: HeldRight[], state: GrantsState, notes: GrantsOwnership[]): HeldRight[] {
  const found = foundAmong(held, beforeOf(state, notes), context.settings.acceptMovedDatabase);
  const wasWished = wishedBefore(context, state, notes);
  const others = wishOfOthers(notes.filter(({ mark, token }) => mark !== state.mark && token !== state.token));
  return held.filter((right) => wasWished(right) && !found.has(right) && !others(right));
}

/** Whether a right belongs to what these grants were for, by the names of today or by those of then. */
export function wishedBefore(context: Context, state: GrantsState, notes: GrantsOwnership[]): Wish {
  const wishes = scopesGiven(state, notes).map(wishOf);
  const formerly = formerName(knownOf(context, state));
  return (right) => wishes.some((wish) => wish(right) || wish(formerly(right)));
}

function revocable({ actor }: HeldRight): boolean {
  return actor !== "none";
}

/** Of the tables that are revoked, the columns which the role may still read by rights of their own are granted again. */
export function takeBack(role: Role, database: string, held: HeldRight[], revoke: HeldRight[]): Statement[] {
  const going = new Set(revoke);
  const staying = held.filter((right) => right.column !== null && !going.has(right));
  const columnsOf = (table: HeldRight) =>
    staying.filter((right) => qualified(right) === qualified(table) && right.grantor === table.grantor);
  return planRevoke(role.name, database, revoke, (table) => columnsOf(table).map(({ column }) => column as string));
}

function stillHeld(role: string, kept: HeldRight[]) {
  return refusal(
    "stillGranted",
    `the server took the REVOKE from role "${role}" without carrying it out: ${displayRights(kept)}. Revoke it as its grantor, then destroy again.`,
  );
}

/** The first few, with their grantors. */
function displayRights(rights: HeldRight[]): string {
  const shown = rights.slice(0, 5).map((right) => `${displayObject(right)} (by ${displayIdentifier(right.grantor)})`);
  return rights.length > 5 ? `${shown.join(", ")} and ${rights.length - 5} more` : shown.join(", ");
}

function displayObject({ kind, schema, name, column }: HeldRight): string {
  if (kind === "default") return `future tables in ${schema === "" ? "all schemas" : displayIdentifier(schema)}`;
  const parts = [schema, name, column].filter((part) => part).map((part) => displayIdentifier(part as string));
  return `${kind} ${parts.join(".")}`;
}
