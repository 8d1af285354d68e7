import { setTimeout as sleep } from "node:timers/promises";
import type { PostgresServer } from "../postgres/servers";

/** The endpoint's compute: Postgres, which starts when somebody connects and stops when nobody needs it. */
export class Compute {
  state: "active" | "idle" = "active";
  pendingState: "active" | "idle" | undefined;
  lastActive = new Date();
  readonly host = "127.0.0.1";
  private queue: Promise<unknown> = Promise.resolve();

  constructor(
    readonly server: PostgresServer,
    /** How long a start from idle takes beside Postgres' own. */
    public coldStartMs = 0,
  ) {}

  /** Starts the compute where it is idle; resolves once it takes connections. */
  wake(): Promise<void> {
    return this.serially(async () => {
      this.lastActive = new Date();
      if (this.state === "active") return;
      this.pendingState = "active";
      await sleep(this.coldStartMs);
      await this.server.resume();
      this.become("active");
    });
  }

  /** Stops the compute and cuts its connections. */
  suspend(): Promise<void> {
    return this.serially(async () => {
      if (this.state === "idle") return;
      this.pendingState = "idle";
      await this.server.pause();
      this.become("idle");
    });
  }

  /** Changes the configuration, for the next start. */
  set(settings: Record<string, string>): void {
    this.server.set(settings);
  }

  private become(state: "active" | "idle"): void {
    this.state = state;
    this.pendingState = undefined;
  }

  private serially<Result>(step: () => Promise<Result>): Promise<Result> {
    const result = this.queue.then(step);
    this.queue = result.catch(() => {});
    return result;
  }
}
