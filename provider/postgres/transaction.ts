import { setTimeout as sleep } from "node:timers/promises";
import { type Connections, INTERRUPTION_TRIES } from "./connections";
import { type Blocker, lockedOut } from "./errors";
import { type Answer, type QueryFailure, readAnswers, type Session } from "./session";
import { readLockHolders } from "./sql/lockHolders";
import { type SessionLimits, settleTransaction } from "./sql/settings";
import { type Answers, type Query, type Statement, statement } from "./sql/statement";
import { isConflict, isInterruption, SQLSTATE } from "./sqlstate";

/** Any constant works. Advisory locks are per database, and every transaction of this package takes this one. */
const LOCK_KEY = "7019483122060551";
export const LOCK_TRIES = 3;
const CONFLICT_TRIES = 12;

/** Statements, and the quoted names of the relations that they lock. */
export interface LockingStatements {
  readonly statements: readonly Statement[];
  readonly relations: string[];
}

export interface TransactionOptions {
  /** The quoted names of the relations that the statements lock, until `run` or `commit` is given others. */
  relations?: string[];
}

/** One transaction. Its opening statements go out together with the first ones that `run` or `commit` sends. */
export class Transaction {
  readonly session: Session;
  /** True once COMMIT was sent. A failure after that may have committed. */
  committing = false;
  done = false;
  #opening: Statement[];
  /** The quoted names of the relations that the statements lock. */
  #relations: string[];

  constructor(session: Session, limits: SessionLimits, { relations = [] }: TransactionOptions = {}) {
    this.session = session;
    this.#relations = relations;
    this.#opening = [
      // Under a stricter default level, it would not see what others committed while it waited for a lock.
      statement("begin isolation level read committed"),
      settleTransaction(session.version, limits),
      statement(`select pg_advisory_xact_lock(${LOCK_KEY})`),
    ];
  }

  get version(): number {
    return this.session.version;
  }

  /** Only reads. */
  ask<Q extends readonly Query<unknown>[]>(...queries: Q): Promise<Answers<Q>> {
    return this.run([], ...queries);
  }

  /** Sends the statements, and reads their result, in one round trip. */
  async run<Q extends readonly Query<unknown>[]>(
    change: readonly Statement[] | LockingStatements,
    ...queries: Q
  ): Promise<Answers<Q>> {
    const statements = this.#note(change);
    const answers = await this.#send([...statements, ...queries]);
    return readAnswers(queries, answers.slice(statements.length));
  }

  /** Sends the last statements with COMMIT, and throws unless it committed. */
  async commit<Q extends readonly Query<unknown>[]>(
    change: readonly Statement[] | LockingStatements,
    ...queries: Q
  ): Promise<Answers<Q>> {
    const statements = this.#note(change);
    this.committing = true;
    const answers = await this.#send([...statements, ...queries, statement("commit")]);
    // An aborted transaction answers COMMIT with ROLLBACK and no error.
    if (answers.at(-1)?.command !== "COMMIT") throw new Error("the server rolled the transaction back at COMMIT");
    this.done = true;
    return readAnswers(queries, answers.slice(statements.length));
  }

  #note(change: readonly Statement[] | LockingStatements): readonly Statement[] {
    if (!("statements" in change)) return change;
    this.#relations = change.relations;
    return change.statements;
  }

  async #send(statements: readonly Statement[]): Promise<Answer[]> {
    const opening = this.#opening.splice(0);
    const answers = await this.session.send(...opening, ...statements);
    return answers.slice(opening.length);
  }

  /** The sessions that hold a lock that the statements need. None if that cannot be read. */
  async readBlockers(): Promise<Blocker[]> {
    const [blockers] = await this.session
      .ask(readLockHolders(this.#relations, LOCK_KEY))
      .catch((): [Blocker[]] => [[]]);
    return blockers;
  }

  async end(): Promise<void> {
    if (this.done || this.#opening.length > 0) return;
    this.done = true;
    await this.session.send(statement("rollback")).catch(() => this.session.client.end().catch(() => {}));
  }
}

/**
 * Runs `work` in one transaction, and repeats it where that can help: another session held the lock or changed the same catalog
 * row, or the connection was lost. `work` reads first, so that after a COMMIT whose answer was lost it finds what it has done.
 */
export async function transaction<T>(
  connections: Connections,
  work: (tx: Transaction) => Promise<T>,
  options?: TransactionOptions,
): Promise<T> {
  const tries = { lock: 0, conflict: 0, interruption: 0 };
  for (;;) {
    const outcome = await connections.use((session) => once(session, connections.settings, work, options));
    if ("value" in outcome) return outcome.value;
    const { failure, blockers } = outcome;
    const atCommit = failure.statement?.text === "commit";
    if (failure.code === SQLSTATE.lockNotAvailable) {
      if (++tries.lock >= LOCK_TRIES)
        throw lockedOut(blockers, { tries: LOCK_TRIES, seconds: connections.settings.lockTimeout }, failure);
    } else if (isConflict(failure.code) && !(atCommit && failure.code === SQLSTATE.internalError)) {
      // Neon's control plane refuses with the same SQLSTATE, but at COMMIT. A second try changes nothing there.
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
  options?: TransactionOptions,
): Promise<Outcome<T>> {
  const tx = new Transaction(session, limits, options);
  try {
    return { value: await work(tx) };
  } catch (error) {
    const failure = error as QueryFailure & { lost?: boolean };
    if (!session.usable && failure.statement !== undefined) failure.lost = true;
    await tx.end();
    const blockers = failure.code === SQLSTATE.lockNotAvailable ? await tx.readBlockers() : [];
    return { failure, blockers };
  } finally {
    await tx.end();
  }
}
