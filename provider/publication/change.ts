import { setTimeout as sleep } from "node:timers/promises";
import type { Inputs } from "../lifecycle/arguments";
import { type Context, freshToken } from "../lifecycle/context";
import type { Created } from "../lifecycle/lifecycle";
import type { Blocker } from "../postgres/errors";
import { formatComment, type Marked } from "../postgres/sql/mark";
import { nameSlot, type Slot } from "../postgres/sql/slots";
import { identifier, qualified, type Statement, statement } from "../postgres/sql/statement";
import { tableKey } from "../postgres/sql/table";
import { LOCK_TRIES, type Transaction, transaction } from "../postgres/transaction";
import { rememberFound } from "./adopt";
import { commitChange } from "./commit";
import { decide } from "./decide";
import { type Findings, findingStatements, toFindings, type Work } from "./findings";
import { warnOfAllTables } from "./look";
import { displayMissing, RESYNC, warnOfLosses } from "./losses";
import { notThere, openTransactions, slotsInTheWay } from "./refusals";
import type { ActualPublication } from "./sql/actual";
import type { Filters } from "./sql/filters";
import { type OlderTransaction, overlapping, readOlderTransactions } from "./sql/handover";
import { commentOnPublication, createPublication, type PublicationPlan, planPublication } from "./sql/plan";
import { type PublicationInputs, type PublicationState, toDesired } from "./state";

export async function createPublicationResource(context: Context, inputs: Inputs): Promise<Created> {
  const wish = inputs as PublicationInputs;
  const outputs = await changed(context, {
    wish,
    desired: toDesired(wish),
    token: freshToken(),
    adopted: false,
    oid: null,
    filters: {},
  });
  return { id: wish.name, outputs };
}

export async function updatePublication(context: Context, id: string, old: Inputs, inputs: Inputs): Promise<Inputs> {
  const state = old as PublicationState;
  const wish = inputs as PublicationInputs;
  const { token = freshToken(), name: formerName = id, before, adopted = false, filters = {} } = state;
  const oid = context.oidOf(state.oid);
  return changed(context, { wish, desired: toDesired(wish), state, formerName, oid, token, before, adopted, filters });
}

/** Tries until nobody is in the way; neither the connection nor a transaction is held while one is waited for. */
async function changed(context: Context, work: Work): Promise<Inputs> {
  const { deleteTimeout, lockTimeout } = context.postgres.settings;
  const began = Date.now();
  const name = work.formerName ?? work.wish.name;
  for (;;) {
    const outcome = await transaction(context.postgres, (tx) => attempt(context, tx, work));
    if ("outputs" in outcome) return outcome.outputs;
    const { slots = [], older = [] } = outcome;
    const waitedSeconds = (Date.now() - began) / 1000;
    if (slots.length > 0 && waitedSeconds >= deleteTimeout) throw slotsInTheWay(name, slots);
    if (older.length > 0 && waitedSeconds >= LOCK_TRIES * lockTimeout) throw openTransactions(name, older);
    if (slots.length > 0) context.waitFor(slots.map(nameSlot), deleteTimeout);
    if (slots.length > 0) await sleep(1000);
    else if (older.length > 0) await sleep(200);
  }
}

/** What is waited for: readers, or transactions; without either it goes on at once. */
type Outcome = { outputs: Inputs } | { slots?: Slot[]; older?: Blocker[] };

async function attempt(context: Context, tx: Transaction, work: Work): Promise<Outcome> {
  const { wish, desired, state } = work;
  tx.relations = desired.tables.map(qualified);
  const found = toFindings(await tx.run(...findingStatements(tx.version, work, true)), work);
  const { server, actual } = found;
  context.checkPlace(server, state);
  const { plan, adopted, breaking, absent } = decide(work, found, work.filters);
  if (absent.length > 0) throw notThere(absent, server, whatBecameOf(work, found));
  if (breaking && found.slots.length > 0 && !wish.allowLeftoverSlots) return { slots: found.slots };
  if (desired.allTables && (!plan || plan.replace.length > 0)) warnOfAllTables(context);
  work.adopted = adopted;
  if (!actual || !plan) {
    if (state) context.warn(`publication "${state.name}" was gone and is made again. ${RESYNC}`);
    return { outputs: await make(context, tx, work, found) };
  }
  if (!work.handingOver) warnOfLosses(context, work, found, actual, breaking);
  if (adopted) work.before = rememberFound(work.before, wish, actual, plan);
  if (plan.replace.length > 0) return { outputs: await make(context, tx, work, found) };
  const handingOver = await handOver(context, tx, work, found);
  return handingOver ?? { outputs: await alter(context, tx, work, found, plan) };
}

/** Where tables pass from the list to their schema or back: publishes them by both first, and then waits a while. */
async function handOver(context: Context, tx: Transaction, work: Work, found: Findings): Promise<Outcome | undefined> {
  const actual = found.actual as ActualPublication;
  const desired = overlapping(work.desired, actual);
  if (!desired) return undefined;
  work.handingOver = true;
  const plan = planPublication(desired, actual, work.filters, found.server.superuser);
  if (plan.added.length + plan.changed.length + plan.addedSchemas.length > 0) {
    const outputs = await alter(context, tx, { ...work, desired }, found, plan);
    work.filters = outputs.filters as Filters;
    return {};
  }
  const [answer] = await tx.run(readOlderTransactions(work.older, actual.oid));
  const older = (answer?.rows ?? []) as unknown as OlderTransaction[];
  work.older = older.map(({ xid }) => xid);
  return older.length > 0 ? { older } : undefined;
}

/** What is known of the listed tables that are not there. */
function whatBecameOf({ state, desired }: Work, found: Findings): string[] {
  const wished = new Set(desired.tables.map(tableKey));
  return [...found.missing, ...(state?.missing ?? [])]
    .filter((table) => wished.has(tableKey(table)))
    .map(displayMissing);
}

/** Creates it; in place of the old one in the same transaction, so that no reader's catalog ever lacks it. */
async function make(context: Context, tx: Transaction, work: Work, found: Findings): Promise<Inputs> {
  const { desired, wish } = work;
  const { actual: old, server } = found;
  const { publish = old?.publish, viaRoot = old?.viaRoot ?? true, generatedColumns = old?.generatedColumns } = desired;
  const { owner = old?.owner ?? server.user } = desired;
  const marked = markedAs(work, wish.comment === undefined ? (old?.marked.comment ?? null) : wish.comment, old);
  return commitChange(context, tx, work, found, [
    ...(old ? [statement(`drop publication ${identifier(old.name)}`)] : []),
    createPublication({ ...desired, publish, viaRoot, generatedColumns }),
    ...comment(desired.name, null, marked),
    ...(owner === server.user
      ? []
      : [statement(`alter publication ${identifier(desired.name)} owner to ${identifier(owner)}`)]),
  ]);
}

async function alter(
  context: Context,
  tx: Transaction,
  work: Work,
  found: Findings,
  plan: PublicationPlan,
): Promise<Inputs> {
  const { desired, wish } = work;
  const actual = found.actual as ActualPublication;
  tx.relations = [...plan.added, ...plan.removed, ...plan.changed.map(({ to }) => to)].map(qualified);
  const marked = markedAs(work, wish.comment === undefined ? actual.marked.comment : wish.comment, actual);
  return commitChange(context, tx, work, found, [
    ...plan.statements,
    ...comment(desired.name, actual.text, marked),
    ...plan.owner,
  ]);
}

function comment(name: string, found: string | null, marked: Marked): Statement[] {
  const text = formatComment(marked);
  return text === found ? [] : [commentOnPublication(name, text)];
}

function markedAs({ wish, token, state, adopted }: Work, text: string | null, actual?: ActualPublication): Marked {
  const found = actual?.marked.owner;
  const marked = { comment: text || null, grants: [] };
  // Another stack has adopted it since: its mark is not ours to overwrite.
  if (state && found && found.token !== state.token && found.mark !== wish.mark && found.mark !== state.mark)
    return { ...marked, owner: found };
  return { ...marked, owner: { mark: wish.mark, token, ...(adopted && { adopted: true }) } };
}
