import { setTimeout as sleep } from "node:timers/promises";
import { isRefusal } from "../errors";
import { saying } from "../progress";
import type { ConnectAs, OpenConnection } from "./connection";
import { address, type PostgresSettings } from "./connectionSettings";
import type { Connector } from "./connector";
import { type LoginAnswer, tryLogin } from "./login";
import { type QueryFailure, Session } from "./session";
import { isInterruption, SQLSTATE } from "./sqlstate";

const IDLE_MS = 15_000;
/** A compute that restarts may do so twice in a row. */
export const INTERRUPTION_TRIES = 3;

/**
 * The connections of one provider: at most `maxConnections`, opened on first use, kept for the next one, closed when
 * idle. Whoever holds one holds it for a whole piece of work, so that one transaction runs at a time on each.
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

  /** `progressMs`: from one line that says what is being waited for to the next. */
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

  /** `deadline`, for connecting, is asked for when it is the turn of this work: what others take does not count. */
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

  /** For work that only reads: done again where the connection was lost, which may have idled through a restart. */
  async read<T>(work: (session: Session) => Promise<T>, deadline?: () => number): Promise<T> {
    let lost = false;
    const attempt = () =>
      this.use(
        (session) =>
          work(session).catch((failure: QueryFailure) => {
            // What we refuse ourselves, such as an answer that came too late, is no better the second time.
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

  /** Runs `work` while no connection of this process is in use: running work is waited for, new work waits. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    // One after the other: two that each held half of the connections would wait for ever.
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

  /** A connection that no other work is given: to another database of the server, as another role, or just a new one. */
  connectApart(other: Partial<PostgresSettings>, deadline: number, as?: ConnectAs): Promise<OpenConnection> {
    return this.#connector.connect({ ...this.settings, ...other }, deadline, as);
  }

  /** Logs in as somebody else, once. */
  tryLogin(user: string, password: string): Promise<LoginAnswer> {
    return tryLogin(this.#connector, this.settings, user, password);
  }

  /** The server is about to restart: until it is back, it refuses connections. */
  expectRestart(): void {
    this.#connector.expectRestart(this.settings);
  }

  async close(): Promise<void> {
    await this.#closeIdle();
  }

  /**
   * What has just failed for others while this work waited for its turn is not tried again: each would take its whole
   * time. Whoever gave less time than that has proved nothing to others.
   */
  async #open(deadline: number | undefined, since: number): Promise<Session> {
    if (this.#lastFailure && this.#lastFailure.at >= since) throw this.#lastFailure.error;
    try {
      const end = deadline ?? Date.now() + this.settings.connectTimeout * 1000;
      const waiting = () => `waiting for ${address(this.settings)} to let us in`;
      const connect = () => this.#connector.connect(this.settings, end);
      return new Session(await saying(this.#inform, waiting, connect, this.#progressMs));
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
    // A server that has gone silent must not hold up the end of the process.
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

/** Locked since we looked which relations are: looked at again, it is left out. */
function isLocked({ code }: QueryFailure): boolean {
  return code === SQLSTATE.lockNotAvailable;
}
