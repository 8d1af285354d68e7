import type { Catalog } from "./catalog";
import { describeOperation, type Operation } from "./engine";
import type { Entry } from "./entry";
import { judge } from "./judge";
import type { Ledger } from "./ledger";
import type { World } from "./world";

/** Where a run is broken off: at the n-th operation that changes something, at a message of it. */
export interface Kill {
  operation: number;
  message: number;
  point: "before server" | "before answer" | "after answer";
}

export class Killed extends Error {}

/** Something that must never happen. It ends the history. */
export class Violation extends Error {}

/** What the watch of a run needs of the history. */
export interface Watched {
  readonly world: World;
  readonly ledger: Ledger;
  readonly log: string[];
  /** What providers print, of which each operation reads what is new. */
  readonly said: string[];
  /** All entries of all stacks. */
  readonly entries: readonly Entry[];
}

/** Watches the operations of one run of the engine, and breaks one of them off. */
export class Watch {
  #last: Catalog | undefined;
  #changes = 0;
  /** Operations that must not have changed anything since the last look. */
  #quiet: Operation[] = [];

  constructor(
    readonly of: Watched,
    readonly kill: Kill | undefined,
  ) {}

  readonly carry = <T>(operation: Operation, work: () => Promise<T>): Promise<T> => {
    this.of.ledger.operations++;
    return operation.verb === "check" || operation.verb === "read"
      ? this.#carryQuiet(operation, work)
      : this.#carryChange(operation, work);
  };

  /** Nothing is read for each of them, which would take most of the time. */
  async #carryQuiet<T>(operation: Operation, work: () => Promise<T>): Promise<T> {
    this.#last ??= await this.of.world.catalog();
    this.#quiet.push(operation);
    const from = this.of.said.length;
    try {
      return await work();
    } finally {
      this.#logSaid(from);
    }
  }

  async #carryChange<T>(operation: Operation, work: () => Promise<T>): Promise<T> {
    const before = await this.look();
    const { said, ledger } = this.of;
    const from = said.length;
    let succeeded = false;
    try {
      if (this.kill && this.#changes++ === this.kill.operation) return await this.#break(operation, work, this.kill);
      const result = await work();
      succeeded = true;
      return result;
    } finally {
      ledger.noteOperation(operation, said.slice(from));
      this.#logSaid(from);
      this.#last = await this.of.world.catalog();
      await this.#judge(operation, { before, after: this.#last, succeeded, said: said.slice(from) });
    }
  }

  async #break<T>(operation: Operation, work: () => Promise<T>, { message, point }: Kill): Promise<T> {
    const { world, log, ledger } = this.of;
    const came = await world.cutAt(message, point, work);
    await world.settled();
    log.push(`  killed in ${describeOperation(operation)} ${came ? `${point}, at message ${message}` : "after it"}`);
    ledger.noteKill(operation);
    throw new Killed();
  }

  /** What stands in the catalog now. What only read must have changed nothing. */
  async look(): Promise<Catalog> {
    const before = this.#last;
    if (before && this.#quiet.length === 0) return before;
    const after = await this.of.world.catalog();
    for (const operation of this.#quiet.splice(0, 1))
      await this.#judge(operation, { before: before ?? after, after, succeeded: true, said: [] });
    this.#quiet = [];
    this.#last = after;
    return after;
  }

  #logSaid(from: number): void {
    for (const line of this.of.said.slice(from)) this.of.log.push(`    said: ${line.replaceAll("\n", "\n      ")}`);
  }

  async #judge(
    operation: Operation,
    seen: { before: Catalog; after: Catalog; succeeded: boolean; said: readonly string[] },
  ): Promise<void> {
    const here = await this.of.world.place(operation.subject.database);
    const problems = judge(operation, { ...seen, here, entries: this.of.entries });
    if (problems.length > 0) throw new Violation(problems.join("\n"));
  }
}
