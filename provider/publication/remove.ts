import type { Context } from "../lifecycle/context";
import { type Attempt, waitUntilFree } from "../lifecycle/waitUntilFree";
import { lostMarker } from "../ownership/refusals";
import { desiredComment, formatComment } from "../postgres/sql/mark";
import { placeOf, readServer, type Server } from "../postgres/sql/server";
import { affectedSlots, readSlots } from "../postgres/sql/slots";
import { qualified, type Statement } from "../postgres/sql/statement";
import { parseTable } from "../postgres/sql/table";
import { type Transaction, transaction } from "../postgres/transaction";
import { restored } from "./adopt";
import { isGivenBack, judgeRemoval } from "./ownership";
import { missingOwnerRights, slotsToWaitFor } from "./refusals";
import type { ActualPublication } from "./sql/actual";
import { commentOnPublication, dropPublication, planPublication } from "./sql/plan";
import { readActual } from "./sql/read";
import { named, type PublicationState } from "./state";

/** Drops what this resource created, once no slot may read it any more. Never drops a slot. */
export function removePublication(context: Context, state: PublicationState): Promise<void> {
  const before = named(state);
  const relations = (before.tables ?? []).map(parseTable).map(qualified);
  return waitUntilFree(context, () =>
    transaction(context.postgres, (tx) => attempt(context, tx, before), { relations }),
  );
}

const DONE: Readonly<Attempt<void>> = { done: undefined };

async function attempt(context: Context, tx: Transaction, state: PublicationState): Promise<Attempt<void>> {
  const filters = isGivenBack(state) ? (state.filters ?? {}) : undefined;
  const [server, actual, allSlots] = await tx.ask(
    readServer,
    readActual(tx.version, { filters, waits: true }, context.oidOf(state.oid), state.name),
    readSlots(state.name),
  );
  context.refuseOtherPlace(server, state);
  if (!actual) return DONE;
  const { token, oid } = state;
  const asker = context.asker(placeOf(server), state, { token, oid: context.oidOf(oid) ?? actual.oid });
  const { act, found } = judgeRemoval(state, actual, asker);
  if (act === "leave") {
    context.leaveInPlace(`publication "${actual.name}"`, found);
    return DONE;
  }
  if (!actual.mayAlter) throw missingOwnerRights(actual, server);
  if (act === "refuse") throw lostMarker({ kind: "publication", name: actual.name });
  const slots = act === "giveBack" || state.allowLeftoverSlots ? [] : affectedSlots(allSlots);
  if (slots.length > 0) return { inTheWay: slotsToWaitFor(state.name, slots) };
  await tx.commit(act === "giveBack" ? restoringStatements(actual, state, server) : [dropPublication(actual.name)]);
  return DONE;
}

/** An adopted publication stays: removes the tables that were added, restores what was changed, and removes the mark. */
function restoringStatements(actual: ActualPublication, state: PublicationState, server: Server): Statement[] {
  const { comment, owned } = state.before ?? {};
  const { statements, owner } = planPublication(restored(state, actual), actual, {}, server.superuser);
  const text = formatComment({
    comment: desiredComment(comment, actual.marked.comment),
    grants: [],
    ...(owned && { owner: owned }),
  });
  return [...statements, commentOnPublication(actual.name, text), ...owner];
}
