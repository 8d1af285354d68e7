import { transaction } from "../clients/transaction";
import { refusal } from "../errors";
import { planRevoke } from "../sql/grantsPlan";
import { type HeldRight, readHeldRights, toScope } from "../sql/grantsRead";
import { readRole, toRole } from "../sql/role";
import { placeOf, readServer, toServer } from "../sql/server";
import type { Inputs } from "./arguments";
import type { GrantsState } from "./clickPipesGrants";
import type { Context } from "./context";
import { notesOf, wishedByOthers, writeNote } from "./grantsNotes";
import { rightKey } from "./grantsRights";

/** Takes back what these grants gave, grantor by grantor, but for what was there before or others still wish for. */
export async function removeGrants(context: Context, id: string, old: Inputs): Promise<void> {
  const state = { ...old, role: old.role ?? id } as GrantsState;
  const reference = { oid: state.roleOid ?? null, name: state.role };
  await transaction(context.postgres, async (tx) => {
    const held = readHeldRights(tx.version, reference, toScope(state));
    const [serverAnswer, roleAnswer, heldAnswer] = await tx.run(
      readServer,
      readRole(reference.oid, reference.name),
      held,
    );
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
    const found = new Set(state.found ?? []);
    const others = notes.filter(({ mark }) => mark !== state.mark);
    const ours = ((heldAnswer?.rows ?? []) as unknown as HeldRight[]).filter(
      (right) => right.actor !== "none" && !found.has(rightKey(right)) && !wishedByOthers(right, others),
    );
    const answers = await tx.commit(
      ...planRevoke(role.name, place.database, ours),
      ...writeNote(role, place, state.mark, undefined),
      held,
    );
    const left = new Set(
      ((answers.at(-1)?.rows ?? []) as unknown as HeldRight[]).filter(({ actor }) => actor !== "none").map(rightKey),
    );
    const kept = ours.filter((right) => left.has(rightKey(right)));
    if (kept.length > 0) throw stillHeld(role.name, kept);
  });
}

function stillHeld(role: string, kept: HeldRight[]) {
  const names = kept
    .slice(0, 5)
    .map(({ kind, schema, name }) => [kind, schema, name].filter((part) => part !== "").join(" "));
  return refusal(
    "stillGranted",
    `the server took the REVOKE from role "${role}" without carrying it out: ${names.join(", ")}. Revoke it as its grantor, then destroy again.`,
  );
}
