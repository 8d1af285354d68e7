import { setTimeout as sleep } from "node:timers/promises";
import { type Connections, INTERRUPTION_TRIES } from "./connections";
import { type Blocker, lockedOut } from "./errors";
import type { Answer, QueryFailure, Session } from "./session";
import { readLockHolders } from "./sql/lockHolders";
import { type SessionLimits, settleTransaction } from "./sql/settings";
import { type Statement, statement } from "./sql/statement";
import { isConflict, isInterruption, SQLSTATE } from "./sqlstate";

/** Any constant will do: advisory locks are per database, and this is the one that all our transactions take. */
const LOCK_KEY = "7019483122060551";
export const LOCK_TRIES = 3;
const CONFLICT_TRIES = 12;

/** A transaction in the making: its opening statements travel with the first ones that `run` or `commit` sends. */
export class Transaction {
  readonly session: Session;
  /** Quoted names of the relations whose locks our statements want: whoever holds one is named when we do not get it. */
  relations: string[] = [];
  /** True once COMMIT was sent: what fails after that may have happened. */
  committing = false;
  done = false;
  #opening: Statement[];

  constructor(session: Session, limits: SessionLimits) {
    this.session = session;
    this.#opening = [
      // Another level, by the server's default, would not see what others committed while we waited for a lock.
      statement("begin isolation level read committed"),
      settleTransaction(session.version, limits),
      statement(`select pg_advisory_xact_lock(${LOCK_KEY})`),
    ];
  }

  get version(): number {
    return this.session.version;
  }

  async run(...statements: Statement[]): Promise<Answer[]> {
    const opening = this.#opening.splice(0);
    const answers = await this.session.send(...opening, ...statements);
    return answers.slice(opening.length);
  }

  /** Sends the last statements with COMMIT and makes sure that it did commit. */
  async commit(...statements: Statement[]): Promise<Answer[]> {
    this.committing = true;
    const answers = await this.run(...statements, statement("commit"));
    // An aborted transaction answers COMMIT with ROLLBACK, and no error.
    if (answers.at(-1)?.command !== "COMMIT") throw new Error("the server rolled the transaction back at COMMIT");
    this.done = true;
    return answers.slice(0, -1);
  }

  async end(): Promise<void> {
    if (this.done || this.#opening.length > 0) return;
    this.done = true;
    await this.session.send(statement("rollback")).catch(() => this.session.client.end().catch(() => {}));
  }
}

/**
 * Runs `work` in one transaction, and again where that is bound to help: the lock was held by somebody else, another
 * session changed the same catalog row, or the connection was lost. `work` reads first, so that a repetition after a
 * COMMIT whose answer was lost finds what it has done.
 */
export async function transaction<T>(connections: Connections, work: (tx: Transaction) => Promise<T>): Promise<T> {
  const tries = { lock: 0, conflict: 0, interruption: 0 };
  for (;;) {
    const outcome = await connections.use((session) => once(session, connections.settings, work));
    if ("value" in outcome) return outcome.value;
    const { failure, blockers } = outcome;
    const atCommit = failure.statement?.text === "commit";
    if (failure.code === SQLSTATE.lockNotAvailable) {
      if (++tries.lock >= LOCK_TRIES)
        throw lockedOut(blockers, { tries: LOCK_TRIES, seconds: connections.settings.lockTimeout }, failure);
    } else if (isConflict(failure.code) && !(atCommit && failure.code === SQLSTATE.internalError)) {
      // Neon's control plane refuses with the same SQLSTATE, but at COMMIT: there a second try changes nothing.
      if (++tries.conflict >= CONFLICT_TRIES) throw failure;
    } else if (wasInterrupted(failure)) {
      if (++tries.interruption >= INTERRUPTION_TRIES) throw failure;
    } else throw failure;
    await sleep(20 + Math.random() * 40 * (1 + tries.conflict));
  }
}

function wasInterrupted(failure: QueryFailure & { lost?: boolean }): boolean {
  return failure.lost === true || isInterruption(failure.code);
}

type Outcome<T> = { value: T } | { failure: QueryFailure & { lost?: boolean }; blockers: Blocker[] };

async function once<T>(
  session: Session,
  limits: SessionLimits,
  work: (tx: Transaction) => Promise<T>,
): Promise<Outcome<T>> {
  const tx = new Transaction(session, limits);
  try {
    return { value: await work(tx) };
  } catch (error) {
    const failure = error as QueryFailure & { lost?: boolean };
    if (!session.usable && failure.statement !== undefined) failure.lost = true;
    await tx.end();
    const blockers = failure.code === SQLSTATE.lockNotAvailable ? await readBlockers(session, tx.relations) : [];
    return { failure, blockers };
  } finally {
    await tx.end();
  }
}

async function readBlockers(session: Session, relations: string[]): Promise<Blocker[]> {
  const [answer] = await session.run(readLockHolders(relations, LOCK_KEY)).catch((): Answer[] => []);
  return (answer?.rows ?? []) as unknown as Blocker[];
}
