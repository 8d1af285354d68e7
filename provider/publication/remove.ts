import { setTimeout as sleep } from "node:timers/promises";
import type { Inputs } from "../lifecycle/arguments";
import type { Context } from "../lifecycle/context";
import { formatComment, wishedComment } from "../postgres/sql/mark";
import { readServer, type Server, toServer } from "../postgres/sql/server";
import { affectedSlots, nameSlot, readSlots, type Slot } from "../postgres/sql/slots";
import { identifier, qualified, statement } from "../postgres/sql/statement";
import { parseTable } from "../postgres/sql/table";
import { type Transaction, transaction } from "../postgres/transaction";
import { givenBack } from "./adopt";
import { mayNotAlter, slotsInTheWay } from "./refusals";
import type { ActualPublication } from "./sql/actual";
import { commentOnPublication, planPublication } from "./sql/plan";
import { readPublication, toPublication } from "./sql/read";
import type { PublicationState } from "./state";

/** Drops what this resource made, once no slot may read it any more; slots themselves are never dropped. */
export async function removePublication(context: Context, id: string, old: Inputs): Promise<void> {
  const state = { ...old, name: old.name ?? id } as PublicationState;
  const { deleteTimeout } = context.postgres.settings;
  const deadline = Date.now() + deleteTimeout * 1000;
  for (;;) {
    const slots = await transaction(context.postgres, (tx) => attempt(context, tx, state));
    if (slots.length === 0) return;
    if (Date.now() >= deadline) throw slotsInTheWay(state.name, slots);
    context.waitFor(slots.map(nameSlot), deleteTimeout);
    await sleep(1000);
  }
}

/** Drops it, or tells which slots are in the way. */
async function attempt(context: Context, tx: Transaction, state: PublicationState): Promise<Slot[]> {
  const mayGiveBack = state.adopted && !state.deleteAdopted;
  tx.relations = (state.tables ?? []).map(parseTable).map(qualified);
  const [serverAnswer, found, slotRows] = await tx.run(
    readServer,
    readPublication(
      tx.version,
      { filters: mayGiveBack ? (state.filters ?? {}) : undefined, waits: true },
      context.oidOf(state.oid),
      state.name,
    ),
    readSlots(state.name),
  );
  const server = toServer(serverAnswer?.rows[0] ?? {});
  context.checkPlace(server, state);
  const actual = toPublication(found?.rows[0], state.filters);
  if (!actual) return [];
  if (actual.marked.owner?.token !== state.token) {
    context.inform(
      `publication "${actual.name}" belongs to another resource by now, or has lost its mark: it was left as it is`,
    );
    return [];
  }
  if (!actual.mayAlter) throw mayNotAlter(actual, server);
  if (mayGiveBack) {
    await giveBack(tx, actual, state, server);
    return [];
  }
  const slots = state.allowLeftoverSlots ? [] : affectedSlots(slotRows?.rows ?? []);
  if (slots.length > 0) return slots;
  await tx.commit(statement(`drop publication ${identifier(actual.name)}`));
  return [];
}

/** An adopted publication stays: out go the tables that were added, back comes what was changed, and our mark goes. */
async function giveBack(
  tx: Transaction,
  actual: ActualPublication,
  state: PublicationState,
  server: Server,
): Promise<void> {
  const { comment, owned } = state.before ?? {};
  const { statements, owner } = planPublication(givenBack(state, actual), actual, {}, server.superuser);
  const text = formatComment({
    comment: wishedComment(comment, actual.marked.comment),
    grants: [],
    ...(owned && { owner: owned }),
  });
  await tx.commit(...statements, commentOnPublication(actual.name, text), ...owner);
}
