import { NEON_WAITS, type NeonWaits } from "../neon/waits";
import type { PostgresSettings } from "../postgres/connectionSettings";
import { Connections } from "../postgres/connections";
import { Connector } from "../postgres/connector";
import { Output } from "./output";

/**
 * What lives as long as a run of Pulumi, or of the command: open connections, what was said, what was learnt on the way. Two
 * runs in one process share nothing. Whoever makes one ends it.
 */
export class Run {
  readonly output = new Output();
  readonly connector = new Connector();
  /** How long Neon is given. */
  readonly neonWaits: NeonWaits = { ...NEON_WAITS };
  /** What was looked for in vain in this preview is not looked for again. */
  readonly unreachable = { postgres: false, neon: false };
  readonly #announcedRoles = new Set<string>();
  readonly #connections = new Map<string, Connections>();
  readonly #memories = new Map<object, unknown>();
  readonly #endings: (() => unknown)[] = [];

  /** One set of connections serves all resources of a provider. */
  connectionsTo(settings: PostgresSettings): Connections {
    const key = JSON.stringify(settings);
    const connections =
      this.#connections.get(key) ?? new Connections(settings, this.connector, this.output.say, this.neonWaits.progress);
    this.#connections.set(key, connections);
    return connections;
  }

  /** A role that a user of the program will make, or has made: a preview need not warn that it is not there yet. */
  announceRole(name: string): void {
    this.#announcedRoles.add(name);
  }

  isAnnounced(role: string): boolean {
    return this.#announcedRoles.has(role);
  }

  /** What one noun remembers for the run: made on first use. */
  memory<T>(Memory: new (run: Run) => T): T {
    if (!this.#memories.has(Memory)) this.#memories.set(Memory, new Memory(this));
    return this.#memories.get(Memory) as T;
  }

  /** Pulumi ends its provider when its run is over, and so when the state is saved. */
  atEnd(work: () => unknown): void {
    this.#endings.push(work);
  }

  async end(): Promise<void> {
    const closing = [...this.#connections.values()].map((connections) => connections.close());
    await Promise.all([...closing, ...this.#endings.map((work) => work())]);
  }
}
