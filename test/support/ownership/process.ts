import { Host, type Outcome } from "../../../provider/lifecycle/host";
import { Run } from "../../../provider/lifecycle/run";
import { resolveSettings } from "../../../provider/lifecycle/settings";
import { lifecycleOf } from "../../../provider/registry";
import type { Entry } from "./entry";
import type { Database, Goal, Kind } from "./program";

type Values = Record<string, unknown>;
export type Configs = Record<Database, Record<string, string>>;

/** A verb failed. What it made already is kept. */
export class Failed extends Error {
  constructor(
    message: string,
    readonly unfinished?: { id: string; state: Values },
  ) {
    super(message);
  }
}

/** The provider's process of one run of the engine: nothing connected and nothing remembered at its beginning. */
export class ProviderProcess {
  readonly #run = new Run();

  constructor(readonly configs: Configs) {}

  /** Throws all refusals as one. */
  async check({ kind, database, inputs: news }: Goal, olds: Values): Promise<Values> {
    const { inputs, problems } = await this.#host(kind, database).check(structuredClone(olds), structuredClone(news));
    if (problems.length > 0) throw new Failed(problems.join("\n"));
    return inputs;
  }

  async diff({ kind, database, outputs }: Entry, inputs: Values): Promise<string[]> {
    return doneOrThrow(await this.#host(kind, database).diff(outputs, inputs));
  }

  async create({ kind, database }: Goal, inputs: Values): Promise<{ id: string; state: Values }> {
    return doneOrThrow(await this.#host(kind, database).create(inputs));
  }

  async update({ kind, database, id, outputs }: Entry, inputs: Values): Promise<Values> {
    return doneOrThrow(await this.#host(kind, database).update(id, outputs, inputs));
  }

  async read({ kind, database, id, outputs }: Entry): Promise<{ inputs: Values; state: Values } | undefined> {
    return doneOrThrow(await this.#host(kind, database).read(id, outputs));
  }

  async remove({ kind, database, id, outputs }: Entry): Promise<void> {
    doneOrThrow(await this.#host(kind, database).remove(id, outputs));
  }

  end(): Promise<void> {
    return this.#run.end();
  }

  #host(kind: Kind, database: Database): Host {
    const config = this.configs[database];
    const settings = resolveSettings(
      (name) => config[`clickpipes:${name}`],
      () => undefined,
    );
    return new Host(kind, lifecycleOf(kind), this.#run, settings, []);
  }
}

function doneOrThrow<T>(outcome: Outcome<T>): T {
  if ("done" in outcome) return outcome.done;
  throw new Failed(outcome.failure.message, outcome.failure.unfinished);
}
