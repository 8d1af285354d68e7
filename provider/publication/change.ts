import { type Context, freshToken } from "../lifecycle/context";
import type { Created } from "../lifecycle/lifecycle";
import { type Attempt, type InTheWay, waitUntilFree } from "../lifecycle/waitUntilFree";
import type { QueryFailure } from "../postgres/session";
import type { Place } from "../postgres/sql/place";
import { qualified } from "../postgres/sql/statement";
import { isVanished } from "../postgres/sqlstate";
import { LOCK_TRIES, type Transaction, transaction } from "../postgres/transaction";
import { commitChange, filterFailure } from "./commit";
import { describeTakeover } from "./ownership";
import { openTransactions } from "./refusals";
import type { OlderTransaction } from "./sql/handover";
import {
  filtersByOid,
  type PublicationInputs,
  type PublicationOutputs,
  type PublicationState,
  toDesired,
} from "./state";
import { nextStep, type Progress } from "./step";
import { type Change, type MarkedChange, survey } from "./survey";

export async function createPublication(
  context: Context,
  inputs: PublicationInputs,
): Promise<Created<PublicationOutputs>> {
  const token = freshToken();
  const asker = (here: Place) => context.asker(here, inputs, { token });
  const change = { inputs, desired: toDesired(inputs), token, oid: null, asker };
  return { id: inputs.name, outputs: await applyChange(context, change, { filters: {} }) };
}

export function updatePublication(
  context: Context,
  state: PublicationState,
  inputs: PublicationInputs,
): Promise<PublicationOutputs> {
  const { token = freshToken(), name: formerName = state.id, before: preexisting } = state;
  const oid = context.oidOf(state.oid);
  const { mark, path } = state;
  const asker = (here: Place) => context.asker(here, inputs, { mark, path, token, oid });
  const change = { inputs, desired: toDesired(inputs), before: state, formerName, token, oid, asker };
  return applyChange(context, change, { filters: filtersByOid(state, oid), preexisting });
}

/** Takes one step after another until the change is done. Holds neither the connection nor a transaction while it waits. */
function applyChange(context: Context, change: MarkedChange, known: Progress): Promise<PublicationOutputs> {
  let progress = known;
  /** Returns nothing if another step follows at once. */
  async function takeStep(tx: Transaction): Promise<Attempt<PublicationOutputs> | undefined> {
    const [surveyed] = await survey(tx, change, { filters: progress.filters, waits: true });
    context.refuseOtherPlace(surveyed.server, change.before);
    const next = nextStep(change, progress, surveyed);
    if ("inTheWay" in next) return next;
    const { step, warnings } = next;
    for (const warning of warnings) context.warn(warning);
    // This comes before the commit, since the answer to the commit may be lost.
    progress = next.progress;
    if (step.waitsFor) {
      const [older] = await tx.ask(step.waitsFor);
      progress = { ...progress, older: older.map(({ xid }) => xid) };
      if (older.length > 0) return { inTheWay: olderInTheWay(context, change, older) };
    }
    const recorded = await commitChange(context, tx, step, surveyed, progress.filters);
    if (step.isHalf) {
      progress = { ...progress, filters: recorded.filters };
      return undefined;
    }
    const adopted = step.adopted && { adopted: true, before: progress.preexisting ?? {} };
    if (progress.takeover) {
      const { found, effects } = progress.takeover;
      context.warn(describeTakeover(change, found, effects, "done"));
    }
    return { done: { ...recorded, token: change.token, ...adopted } };
  }
  const relations = change.desired.tables.map(qualified);
  return waitUntilFree(context, async () => {
    for (;;) {
      const outcome = await readingAgain(change, () => transaction(context.postgres, takeStep, { relations }));
      if (outcome) return outcome;
    }
  });
}

/** What is dropped between the read and the change is found missing at the second try, which names it. */
async function readingAgain<T>({ desired }: Change, step: () => Promise<T>): Promise<T> {
  const explain = (failure: QueryFailure): never => {
    throw filterFailure(desired, failure) ?? failure;
  };
  return step().catch((failure: QueryFailure) => (isVanished(failure.code) ? step().catch(explain) : explain(failure)));
}

/** Most transactions end soon, and until then the tables are published twice. */
const OLDER_PAUSE_MS = 200;

/** Waits for older transactions silently, and as long as for a lock. */
function olderInTheWay(context: Context, { formerName, inputs }: Change, older: OlderTransaction[]): InTheWay {
  const name = formerName ?? inputs.name;
  const seconds = LOCK_TRIES * context.postgres.settings.lockTimeout;
  return { seconds, pauseMs: OLDER_PAUSE_MS, refusal: () => openTransactions(name, older) };
}
