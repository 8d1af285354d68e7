import { NEON_WAITS, type NeonWaits } from "../neon/waits";
import type { PostgresSettings } from "../postgres/connectionSettings";
import { Connections } from "../postgres/connections";
import { Connector } from "../postgres/connector";
import { Output, type Voice } from "./output";

/**
 * Everything that lasts for one run of Pulumi, or of the command: open connections, the lines that were printed, what was found out.
 * Two runs in one process share nothing. The code that creates a run ends it.
 */
export class Run {
  readonly output: Output;
  readonly connector = new Connector();
  /** How long to wait for Neon. */
  readonly neonWaits: NeonWaits = { ...NEON_WAITS };
  /** A preview does not try again to reach what it could not reach before. */
  readonly unreachable = { postgres: false, neon: false };
  readonly #announcedRoles = new Set<string>();
  readonly #connections = new Map<string, Connections>();
  readonly #memories = new Map<object, unknown>();
  readonly #endings: (() => unknown)[] = [];
  #onFirstUse: (() => void) | undefined;
  #isCancelled = false;

  /** `onFirstUse` is called once there is something to end. */
  constructor(onFirstUse?: () => void, voice?: Voice) {
    this.output = new Output(voice);
    this.#onFirstUse = onFirstUse;
  }

  /** All resources of a provider share one set of connections. */
  connectionsTo(settings: PostgresSettings): Connections {
    const key = JSON.stringify(settings);
    const known = this.#connections.get(key);
    if (known) return known;
    this.#use();
    const inform = (text: string) => this.output.say({ severity: "info", text });
    const connections = new Connections(settings, this.connector, inform, this.neonWaits.progress);
    this.#connections.set(key, connections);
    return connections;
  }

  /** A ClickPipesUser of the program creates this role, or has created it, so a preview need not warn that it is missing. */
  announceRole(name: string): void {
    this.#announcedRoles.add(name);
  }

  isAnnounced(role: string): boolean {
    return this.#announcedRoles.has(role);
  }

  /** The memory of one noun for this run, created on first use. */
  memory<T>(Memory: new (run: Run) => T): T {
    if (!this.#memories.has(Memory)) this.#memories.set(Memory, new Memory(this));
    return this.#memories.get(Memory) as T;
  }

  /** Work for the end of the run. Pulumi ends the provider process once the state is saved. */
  atEnd(work: () => unknown): void {
    this.#use();
    this.#endings.push(work);
  }

  /** The user no longer wants to wait. What has begun is finished, and what waits fails with what it waits for. */
  cancel(): void {
    this.#isCancelled = true;
  }

  get isCancelled(): boolean {
    return this.#isCancelled;
  }

  async end(): Promise<void> {
    const closing = [...this.#connections.values()].map((connections) => connections.close());
    await Promise.all([...closing, ...this.#endings.map((work) => work())]);
  }

  #use(): void {
    this.#onFirstUse?.();
    this.#onFirstUse = undefined;
  }
}
