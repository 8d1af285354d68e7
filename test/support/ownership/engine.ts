import { isDeepStrictEqual } from "node:util";
import { describe, type Entry, inOrderOfDelete } from "./entry";
import { Failed, type ProviderProcess } from "./process";
import type { Goal } from "./program";

type Values = Record<string, unknown>;

/** One call of the provider that may change something, or must not. */
export interface Operation {
  verb: "check" | "create" | "update" | "read" | "delete";
  subject: Goal | Entry;
  /** What the program asks for; the arguments in the state if it asks for nothing. */
  inputs: Values;
  entry?: Entry;
}

/** Carries an operation out, and watches it or breaks it off. */
export type Carrier = <T>(operation: Operation, work: () => Promise<T>) => Promise<T>;

/** The provider refused, or failed. */
export class Refused extends Error {
  constructor(
    readonly operation: Operation,
    message: string,
  ) {
    super(message);
  }
}

/** How many resources saw which operation. */
export type Changes = Record<"create" | "update" | "same" | "replace" | "delete", number>;

/** One run of Pulumi's engine on the state of a stack: what it calls, in its order, and what it saves after each call. */
export class EngineRun {
  readonly changes: Changes = { create: 0, update: 0, same: 0, replace: 0, delete: 0 };
  readonly #entries: Entry[];
  readonly #process: ProviderProcess;
  readonly #carry: Carrier;

  /** `entries`: the state, which is changed in place. */
  constructor(entries: Entry[], process: ProviderProcess, carry: Carrier) {
    this.#entries = entries;
    this.#process = process;
    this.#carry = carry;
  }

  async preview(goals: readonly Goal[]): Promise<void> {
    for (const goal of goals) {
      const old = this.#find(goal);
      const inputs = await this.#check(goal, old);
      if (old?.database === goal.database) await this.#replaces(goal, old, inputs);
    }
  }

  async up(goals: readonly Goal[], replace: readonly string[] = []): Promise<void> {
    await this.#deleteAll(this.#entries.filter(({ deleting }) => deleting));
    const wanted = new Set<Entry>();
    for (const goal of goals) wanted.add(await this.#provide(goal, replace.includes(goal.urn)));
    await this.#deleteAll(this.#entries.filter((entry) => !wanted.has(entry)));
  }

  /** True if anything differed from the state. */
  async refresh(): Promise<boolean> {
    let differs = false;
    for (const entry of [...this.#entries]) {
      const operation: Operation = { verb: "read", subject: entry, inputs: entry.inputs, entry };
      const live = await this.#call(operation, () => this.#process.read(entry));
      differs ||= live === undefined || !isDeepStrictEqual(live.inputs, entry.inputs);
      if (live === undefined) this.#forget(entry);
      else Object.assign(entry, { inputs: live.inputs, outputs: live.state, failed: undefined });
    }
    return differs;
  }

  async destroy(): Promise<void> {
    await this.#deleteAll(this.#entries);
  }

  #find({ urn, aliases }: Goal): Entry | undefined {
    const current = this.#entries.filter(({ deleting }) => !deleting);
    return [urn, ...aliases].map((known) => current.find((entry) => entry.urn === known)).find(Boolean);
  }

  #check(goal: Goal, old: Entry | undefined): Promise<Values> {
    const operation: Operation = { verb: "check", subject: goal, inputs: goal.inputs, ...(old && { entry: old }) };
    return this.#call(operation, () => this.#process.check(goal, old?.inputs ?? {}));
  }

  #replaces(goal: Goal, entry: Entry, inputs: Values): Promise<string[]> {
    return this.#call({ verb: "check", subject: goal, inputs, entry }, () => this.#process.diff(entry, inputs));
  }

  async #provide(goal: Goal, isForced: boolean): Promise<Entry> {
    const old = this.#find(goal);
    const inputs = await this.#check(goal, old);
    if (!old) return this.#create(goal, inputs, "create");
    const { urn, name, path } = goal;
    Object.assign(old, { urn, name, path });
    const isMoved = old.database !== goal.database;
    if (!isMoved && (await this.#replaces(goal, old, inputs)).length > 0) {
      await this.#delete(old);
      return this.#create(goal, inputs, "replace");
    }
    // Another provider, too, means another resource to the engine.
    if (isForced || isMoved) {
      const made = await this.#create(goal, inputs, "replace");
      old.deleting = true;
      return made;
    }
    if (!old.failed && isDeepStrictEqual(old.inputs, inputs)) this.changes.same++;
    else await this.#update(goal, old, inputs);
    return old;
  }

  async #create(goal: Goal, inputs: Values, change: "create" | "replace"): Promise<Entry> {
    const { urn, kind, name, path, database } = goal;
    const entry: Entry = { urn, kind, name, path, database, id: "", inputs, outputs: {} };
    const operation: Operation = { verb: "create", subject: goal, inputs };
    const { id, state } = await this.#call(
      operation,
      () => this.#process.create(goal, inputs),
      (made) => this.#entries.push(Object.assign(entry, { id: made.id, outputs: made.state, failed: true })),
    );
    this.#entries.push(Object.assign(entry, { id, outputs: state }));
    this.changes[change]++;
    return entry;
  }

  async #update(goal: Goal, entry: Entry, inputs: Values): Promise<void> {
    const outputs = await this.#call(
      { verb: "update", subject: goal, inputs, entry },
      () => this.#process.update(entry, inputs),
      ({ state }) => Object.assign(entry, { inputs, outputs: state, failed: true }),
    );
    Object.assign(entry, { inputs, outputs, failed: undefined });
    this.changes.update++;
  }

  async #deleteAll(entries: readonly Entry[]): Promise<void> {
    for (const entry of inOrderOfDelete(entries)) await this.#delete(entry);
  }

  async #delete(entry: Entry): Promise<void> {
    await this.#call({ verb: "delete", subject: entry, inputs: entry.inputs, entry }, () =>
      this.#process.remove(entry),
    );
    this.#forget(entry);
    this.changes.delete++;
  }

  #forget(entry: Entry): void {
    this.#entries.splice(this.#entries.indexOf(entry), 1);
  }

  async #call<T>(
    operation: Operation,
    work: () => Promise<T>,
    keep: (unfinished: { id: string; state: Values }) => unknown = () => {},
  ): Promise<T> {
    try {
      return await this.#carry(operation, work);
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      if (error.unfinished) keep(error.unfinished);
      throw new Refused(operation, error.message);
    }
  }
}

export function describeOperation({ verb, subject }: Operation): string {
  return `${verb} of ${describe(subject)}`;
}
