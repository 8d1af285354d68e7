import type { Context } from "../lifecycle/context";
import { type Attempt, waitUntilFree } from "../lifecycle/waitUntilFree";
import { desiredComment, formatComment } from "../postgres/sql/mark";
import { readServer, type Server } from "../postgres/sql/server";
import { affectedSlots, readSlots } from "../postgres/sql/slots";
import { identifier, qualified, type Statement, statement } from "../postgres/sql/statement";
import { parseTable } from "../postgres/sql/table";
import { type Transaction, transaction } from "../postgres/transaction";
import { restored } from "./adopt";
import { missingOwnerRights } from "./refusals";
import { slotsToWaitFor } from "./slotsToWaitFor";
import type { ActualPublication } from "./sql/actual";
import { commentOnPublication, planPublication } from "./sql/plan";
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
  const isRestored = state.adopted === true && !state.deleteAdopted;
  const filters = isRestored ? (state.filters ?? {}) : undefined;
  const [server, actual, allSlots] = await tx.ask(
    readServer,
    readActual(tx.version, { filters, waits: true }, context.oidOf(state.oid), state.name),
    readSlots(state.name),
  );
  context.refuseOtherPlace(server, state);
  if (!actual) return DONE;
  if (actual.marked.owner?.token !== state.token) {
    context.leaveAsIs(`publication "${actual.name}"`);
    return DONE;
  }
  if (!actual.mayAlter) throw missingOwnerRights(actual, server);
  const slots = isRestored || state.allowLeftoverSlots ? [] : affectedSlots(allSlots);
  if (slots.length > 0) return { inTheWay: slotsToWaitFor(state.name, slots) };
  await tx.commit(isRestored ? restoringStatements(actual, state, server) : dropStatements(actual));
  return DONE;
}

function dropStatements({ name }: ActualPublication): Statement[] {
  return [statement(`drop publication ${identifier(name)}`)];
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
