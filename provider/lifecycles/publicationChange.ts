import { setTimeout as sleep } from "node:timers/promises";
import { type Transaction, transaction } from "../clients/transaction";
import { formatComment, type Marked } from "../sql/mark";
import { createPublication, type PublicationPlan } from "../sql/publicationPlan";
import type { ActualPublication } from "../sql/publicationRead";
import { nameSlot, type Slot } from "../sql/slots";
import { identifier, literal, qualified, type Statement, statement } from "../sql/statement";
import { tableKey } from "../sql/table";
import type { Inputs } from "./arguments";
import { type Context, freshToken } from "./context";
import type { Created } from "./lifecycle";
import { rememberFound } from "./publicationAdoption";
import { commitChange } from "./publicationCommit";
import { decide } from "./publicationDecision";
import { type Findings, findingStatements, toFindings, type Work } from "./publicationFindings";
import { type PublicationInputs, type PublicationState, toDesired } from "./publicationInputs";
import { warnOfAllTables } from "./publicationLook";
import { displayMissing, RESYNC, warnOfLosses } from "./publicationLosses";
import { notThere, slotsInTheWay } from "./publicationRefusals";

export async function createPublicationResource(context: Context, inputs: Inputs): Promise<Created> {
  const wish = inputs as PublicationInputs;
  const outputs = await changed(context, {
    wish,
    desired: toDesired(wish),
    token: freshToken(),
    adopted: false,
    oid: null,
  });
  return { id: wish.name, outputs };
}

export async function updatePublication(context: Context, id: string, old: Inputs, inputs: Inputs): Promise<Inputs> {
  const state = old as PublicationState;
  const wish = inputs as PublicationInputs;
  const { token = freshToken(), name: formerName = id, before, adopted = false } = state;
  const oid = context.oidOf(state.oid);
  return changed(context, { wish, desired: toDesired(wish), state, formerName, oid, token, before, adopted });
}

/** Tries until no reader is in the way; neither the connection nor a transaction is held while one is waited for. */
async function changed(context: Context, work: Work): Promise<Inputs> {
  const { deleteTimeout } = context.postgres.settings;
  const deadline = Date.now() + deleteTimeout * 1000;
  for (;;) {
    const outcome = await transaction(context.postgres, (tx) => attempt(context, tx, work));
    if ("outputs" in outcome) return outcome.outputs;
    if (Date.now() >= deadline) throw slotsInTheWay(work.formerName ?? work.wish.name, outcome.waitingFor);
    context.waitFor(outcome.waitingFor.map(nameSlot), deleteTimeout);
    await sleep(1000);
  }
}

type Outcome = { outputs: Inputs } | { waitingFor: Slot[] };

async function attempt(context: Context, tx: Transaction, work: Work): Promise<Outcome> {
  const { wish, desired, state } = work;
  tx.relations = desired.tables.map(qualified);
  const found = toFindings(await tx.run(...findingStatements(tx.version, work)));
  const { server, actual } = found;
  context.checkPlace(server, state);
  const { plan, adopted, breaking, absent } = decide(work, found, state?.filters ?? {});
  if (absent.length > 0) throw notThere(absent, server, whatBecameOf(work, found));
  if (breaking && found.slots.length > 0 && !wish.allowLeftoverSlots) return { waitingFor: found.slots };
  if (desired.allTables && (!plan || plan.replace.length > 0)) warnOfAllTables(context);
  work.adopted = adopted;
  if (!actual || !plan) {
    if (state) context.warn(`publication "${state.name}" was gone and is made again. ${RESYNC}`);
    return { outputs: await make(context, tx, work, found) };
  }
  warnOfLosses(context, work, actual, breaking);
  if (adopted) work.before = rememberFound(work.before, wish, actual, plan);
  if (plan.replace.length > 0) return { outputs: await make(context, tx, work, found) };
  return { outputs: await alter(context, tx, work, found, plan) };
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
  return text === found
    ? []
    : [statement(`comment on publication ${identifier(name)} is ${text === null ? "null" : literal(text)}`)];
}

function markedAs({ wish, token, state, adopted }: Work, text: string | null, actual?: ActualPublication): Marked {
  const found = actual?.marked.owner;
  const marked = { comment: text || null, grants: [] };
  // Another stack has adopted it since: its mark is not ours to overwrite.
  if (state && found && found.token !== state.token && found.mark !== wish.mark && found.mark !== state.mark)
    return { ...marked, owner: found };
  return { ...marked, owner: { mark: wish.mark, token, ...(adopted && { adopted: true }) } };
}
