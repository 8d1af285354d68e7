import { isDeepStrictEqual } from "node:util";
import { type HandledProvider, handler } from "../../provider/dynamic/handler";

type Values = Record<string, unknown>;

export interface Change {
  kind: "create" | "update" | "same" | "replace";
  outputs: Values;
}

/**
 * One resource driven through its provider as the engine drives it, without an engine: what `pulumi up`, `refresh` and
 * `destroy` would call, in their order, with the state kept between them.
 */
export class Managed {
  /** The inputs and outputs that Pulumi's state would hold; undefined while there is no such resource. */
  state: { id: string; inputs: Values; outputs: Values } | undefined;
  readonly #config: Record<string, string>;
  #provider: HandledProvider;
  readonly #mark: string;
  readonly kind: string;

  constructor(kind: string, name: string, config: Record<string, string>, options: { stack?: string } = {}) {
    this.kind = kind;
    this.#mark = `organization/app/${options.stack ?? "dev"}/${kind}/${name}`;
    this.#config = config;
    this.#provider = handler(kind);
    this.handleWith(this.#provider);
  }

  /** From now on another one, as in another process. */
  handleWith(provider: HandledProvider): void {
    this.#provider = provider;
    provider.configure({ config: { get: (key) => this.#config[key] } });
  }

  get outputs(): Values {
    if (!this.state) throw new Error("the resource does not exist");
    return this.state.outputs;
  }

  /** What `check` says: the canonical inputs, or all refusals as one error. */
  async check(args: Values): Promise<Values> {
    const { inputs, failures } = await this.#provider.check(this.state?.inputs ?? {}, { ...args, mark: this.#mark });
    if (failures.length > 0) throw new Error(failures.map(({ reason }) => reason).join("\n"));
    return inputs;
  }

  async up(args: Values): Promise<Change> {
    const inputs = await this.check(args);
    if (!this.state) return this.#create(inputs);
    const { replaces } = await this.#provider.diff(this.state.id, this.state.outputs, inputs);
    if (isDeepStrictEqual(this.state.inputs, inputs)) return { kind: "same", outputs: this.outputs };
    if (replaces.length > 0) {
      await this.destroy();
      return { ...(await this.#create(inputs)), kind: "replace" };
    }
    const { id, outputs: old } = this.state;
    const { outs } = await this.#keeping(inputs, () => this.#provider.update(id, old, inputs));
    this.state = { id, inputs, outputs: outs };
    return { kind: "update", outputs: outs };
  }

  /** True where the refresh found anything to differ from the state. */
  async refresh(): Promise<boolean> {
    if (!this.state) throw new Error("there is nothing to refresh");
    const before = this.state;
    const { id, props, inputs } = await this.#provider.read(before.id, before.outputs);
    this.state = id ? { id, inputs: inputs ?? {}, outputs: props ?? {} } : undefined;
    return !isDeepStrictEqual(before.inputs, this.state?.inputs);
  }

  /** The sentences that the last refresh found. */
  get drift(): string[] {
    return (this.state?.inputs.drift as string[] | undefined) ?? [];
  }

  async destroy(): Promise<void> {
    if (!this.state) return;
    await this.#provider.delete(this.state.id, this.state.outputs);
    this.state = undefined;
  }

  async #create(inputs: Values): Promise<Change> {
    const { id, outs } = await this.#keeping(inputs, () => this.#provider.create(inputs));
    this.state = { id, inputs, outputs: outs };
    return { kind: "create", outputs: outs };
  }

  /** What a failure says to exist is kept, as the engine keeps it. */
  async #keeping<T>(inputs: Values, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const { id, properties } = error as { id?: string; properties?: Values };
      if (id && properties) this.state = { id, inputs: this.state?.inputs ?? inputs, outputs: properties };
      throw error;
    }
  }
}
