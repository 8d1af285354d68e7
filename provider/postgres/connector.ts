import { setTimeout as sleep } from "node:timers/promises";
import { CLICKPIPES_PATIENCE_MS } from "../patience";
import { type ConnectAs, type ConnectFailure, type OpenConnection, openConnection } from "./connection";
import { address, type PostgresSettings } from "./connectionSettings";
import { isInterruption, isUnknownSetting } from "./sqlstate";

const PAUSE_MS = 500;

/** Opens connections, and remembers during a run what it has found out about the servers. */
export class Connector {
  /** Servers that were reached before, and their versions. Only for these can a refused connection mean a restart. */
  readonly #reached = new Map<string, number>();
  /** Where the server, or a pooler, refuses settings in the startup packet. There only transactions set them. */
  readonly #bare = new Set<string>();
  readonly #turns = new Map<string, Promise<unknown>>();

  expectRestart(settings: PostgresSettings): void {
    if (!this.#reached.has(address(settings))) this.#reached.set(address(settings), 0);
  }

  /** Opens a connection. Waits for a server that starts or wakes. Fails at once if it can never succeed. */
  async connect(settings: PostgresSettings, deadline: number, as: ConnectAs = {}): Promise<OpenConnection> {
    const place = address(settings);
    for (;;) {
      const before = { version: this.#reached.get(place) ?? 0, bare: this.#bare.has(place) };
      try {
        const timeoutMs = Math.min(CLICKPIPES_PATIENCE_MS, Math.max(deadline - Date.now(), 1));
        const opened = await openConnection(settings, timeoutMs, as, before);
        this.#reached.set(place, opened.version);
        return opened;
      } catch (error) {
        const failure = error as ConnectFailure;
        if (isUnknownSetting(failure.code)) {
          if (before.bare) throw failure;
          this.#bare.add(place);
          continue;
        }
        if (!this.#mayPass(failure, place) || Date.now() + PAUSE_MS >= deadline) throw failure;
        await sleep(PAUSE_MS);
      }
    }
  }

  /** Runs one piece of work at a time for each place. */
  inTurn<T>(place: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.#turns.get(place) ?? Promise.resolve()).then(work, work);
    this.#turns.set(place, turn);
    return turn;
  }

  #mayPass(failure: ConnectFailure, place: string): boolean {
    if (failure.code === "ECONNREFUSED") return this.#reached.has(place);
    return failure.code === undefined ? failure.closed : isInterruption(failure.code);
  }
}
