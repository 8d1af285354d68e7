import { setTimeout as sleep } from "node:timers/promises";
import { isRefusal } from "../errors";
import { reportWaiting } from "../progress";
import type { ConnectAs, OpenConnection } from "./connection";
import { address, type PostgresSettings } from "./connectionSettings";
import type { Connector } from "./connector";
import { type LoginAnswer, tryLogin } from "./login";
import { type QueryFailure, Session } from "./session";
import { isInterruption, SQLSTATE } from "./sqlstate";

const IDLE_MS = 15_000;
/** A compute may restart twice in a row. */
export const INTERRUPTION_TRIES = 3;

/**
 * The connections of one provider: at most `maxConnections`, opened on first use, reused, closed when idle. Work keeps its
 * connection until it is done, so that each connection runs one transaction at a time.
 */
export class Connections {
  readonly settings: PostgresSettings;
  readonly #connector: Connector;
  readonly #inform: (text: string) => void;
  readonly #progressMs: number | undefined;
  readonly #idle: Session[] = [];
  readonly #waiting: (() => void)[] = [];
  #free: number;
  #timer: NodeJS.Timeout | undefined;
  #lastAlone: Promise<void> = Promise.resolve();
  #lastFailure: { at: number; error: unknown } | undefined;

  /** `progressMs`: the time between two lines of progress while connecting. */
  constructor(
    settings: PostgresSettings,
    connector: Connector,
    inform: (text: string) => void = () => {},
    progressMs?: number,
  ) {
    this.settings = settings;
    this.#progressMs = progressMs;
    this.#connector = connector;
    this.#inform = inform;
    this.#free = settings.maxConnections;
  }

  /**
   * `deadline`, for connecting, is called when this work gets its turn, so that time spent waiting for other work does not
   * count.
   */
  async use<T>(work: (session: Session) => Promise<T>, deadline?: () => number): Promise<T> {
    const since = performance.now();
    await this.#acquire();
    let session: Session | undefined;
    try {
      const end = deadline?.();
      session = this.#takeIdle() ?? (await this.#open(end, since));
      return await work(session);
    } finally {
      if (session?.usable) this.#keep(session);
      this.#release();
    }
  }

  /** For work that only reads: repeats it if the connection was lost, since an idle one may not have survived a restart. */
  async read<T>(work: (session: Session) => Promise<T>, deadline?: () => number): Promise<T> {
    let lost = false;
    const attempt = () =>
      this.use(
        (session) =>
          work(session).catch((failure: QueryFailure) => {
            // A refusal of this package, such as for a late answer, would be the same the second time.
            lost = !isRefusal(failure) && (!session.usable || isInterruption(failure.code) || isLocked(failure));
            throw failure;
          }),
        deadline,
      );
    for (let tries = 1; ; tries++) {
      lost = false;
      try {
        return await attempt();
      } catch (failure) {
        if (!lost || tries >= INTERRUPTION_TRIES) throw failure;
      }
    }
  }

  /** Runs `work` while no connection is in use: waits for running work, and makes new work wait. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    // One after the other, since two that each held half of the connections would deadlock.
    const turn = this.#lastAlone.then(() => this.#holdingAll(work));
    this.#lastAlone = turn.then(
      () => {},
      () => {},
    );
    return turn;
  }

  async #holdingAll<T>(work: () => Promise<T>): Promise<T> {
    const all = this.settings.maxConnections;
    for (let held = 0; held < all; held++) await this.#acquire();
    try {
      await this.#closeIdle();
      return await work();
    } finally {
      for (let held = 0; held < all; held++) this.#release();
    }
  }

  /** A connection that no other work uses: to another database of the server, as another role, or just a new one. */
  connectApart(other: Partial<PostgresSettings>, deadline: number, as?: ConnectAs): Promise<OpenConnection> {
    return this.#connector.connect({ ...this.settings, ...other }, deadline, as);
  }

  /** Logs in once as another user. */
  tryLogin(user: string, password: string): Promise<LoginAnswer> {
    return tryLogin(this.#connector, this.settings, user, password);
  }

  /** Tells that the server is about to restart, so that refused connections are retried until it is back. */
  expectRestart(): void {
    this.#connector.expectRestart(this.settings);
  }

  async close(): Promise<void> {
    await this.#closeIdle();
  }

  /**
   * If connecting failed for other work while this work waited, it fails with the same error: otherwise each piece of work would
   * wait for its whole time-out. A failure under a shorter deadline does not count for others.
   */
  async #open(deadline: number | undefined, since: number): Promise<Session> {
    if (this.#lastFailure && this.#lastFailure.at >= since) throw this.#lastFailure.error;
    try {
      const end = deadline ?? Date.now() + this.settings.connectTimeout * 1000;
      const waiting = () => `waiting for ${address(this.settings)} to accept a connection`;
      const connect = () => this.#connector.connect(this.settings, end);
      return new Session(await reportWaiting(this.#inform, waiting, connect, this.#progressMs));
    } catch (error) {
      if (deadline === undefined) this.#lastFailure = { at: performance.now(), error };
      throw error;
    }
  }

  #takeIdle(): Session | undefined {
    clearTimeout(this.#timer);
    for (let session = this.#idle.pop(); session; session = this.#idle.pop()) if (session.usable) return session;
    return undefined;
  }

  #keep(session: Session): void {
    this.#idle.push(session);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#closeIdle(), IDLE_MS);
    this.#timer.unref();
  }

  async #closeIdle(): Promise<void> {
    clearTimeout(this.#timer);
    const closing = this.#idle.splice(0).map((session) => session.client.end().catch(() => {}));
    // A server that no longer answers must not delay the end of the process.
    await Promise.race([Promise.all(closing), sleep(1000, undefined, { ref: false })]);
  }

  #acquire(): Promise<void> {
    if (this.#free > 0) {
      this.#free--;
      return Promise.resolve();
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #release(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free++;
  }
}

/** A relation was locked after the read of which ones are. The next try leaves it out. */
function isLocked({ code }: QueryFailure): boolean {
  return code === SQLSTATE.lockNotAvailable;
}
