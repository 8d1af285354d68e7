import { isDeepStrictEqual } from "node:util";
import { refusal } from "../errors";
import type { Properties } from "../lifecycle/arguments";
import { type AnyLifecycle, type Checked, Host, type Live } from "../lifecycle/host";
import { lifecycleProperties, repeatingOutputs } from "../lifecycle/repeatedSecrets";
import type { Run } from "../lifecycle/run";
import { lifecycleOf } from "../registry";
import { type Configuration, withTimeout } from "./configuration";
import { doneOrThrow } from "./failure";
import { isTakenOverLater, refuseUnlessImportable, toImported } from "./importing";
import { previewOutputs } from "./preview";
import { markOf, parseUrn, type Urn } from "./urn";
import { type Received, secretTextsOf } from "./wire";

/** Properties to send, and the names of the secret ones. */
export interface Answer {
  values: Properties;
  secrets: readonly string[];
}

/** A resource of the program, over the same host and lifecycles as the dynamic provider's. */
export class Resource {
  readonly #urn: Urn;
  readonly #lifecycle: AnyLifecycle;
  readonly #configuration: Configuration;
  readonly #host: Host;
  readonly #secrets: readonly string[];

  /** `received`: everything that the request holds of it. `timeout`: its time-out in seconds, 0 for none. */
  constructor(urn: string, configuration: Configuration, run: Run, received: Received[], timeout = 0) {
    this.#urn = parseUrn(urn);
    const { kind } = this.#urn;
    this.#lifecycle = lifecycleOf(kind);
    this.#configuration = configuration;
    const settings = withTimeout(configuration.settings, timeout);
    this.#host = new Host(kind, this.#lifecycle, run, settings, secretTextsOf(...received));
    const named = received.flatMap(({ secrets }) => secrets);
    this.#secrets = [...named, ...(this.#lifecycle.secrets ?? []), ...repeatingOutputs(kind, named)];
  }

  async check(olds: Properties, news: Properties): Promise<Answer & { problems: string[] }> {
    const before = this.#plain(olds);
    const mark = markOf(this.#urn, before.mark, this.#configuration.organization);
    const { path } = this.#urn;
    const { inputs, problems }: Checked = await this.#host.check(before, { ...news, mark, path });
    return { ...this.#answer(inputs), problems };
  }

  /** `isSame`: nothing differs, apart from what only a dynamic resource has. Otherwise the engine finds the differences itself. */
  async diff(
    state: Properties,
    before: Properties,
    news: Properties,
  ): Promise<{ replaces: string[]; isSame: boolean }> {
    const replaces = this.#done(await this.#host.diff(this.#plain(state), news));
    return { replaces, isSame: isDeepStrictEqual(this.#plain(before), news) };
  }

  previewCreate(news: Properties): Answer {
    return this.#answer(previewOutputs(this.#urn.kind, news));
  }

  async create(news: Properties): Promise<Answer & { id: string }> {
    const { id, state } = this.#done(await this.#host.create(news));
    return { id, ...this.#answer(state) };
  }

  previewUpdate(state: Properties, news: Properties): Answer {
    return this.#answer(previewOutputs(this.#urn.kind, news, this.#plain(state)));
  }

  async update(id: string, state: Properties, news: Properties): Promise<Answer> {
    const before = this.#plain(state);
    if (!isTakenOverLater(before)) return this.#answer(this.#done(await this.#host.update(id, before, news)));
    const { values, secrets } = await this.create(news);
    return { values, secrets };
  }

  /** Undefined if it no longer exists. */
  async read(id: string, state: Properties): Promise<{ inputs: Answer; state: Answer } | undefined> {
    const found = this.#done(await this.#host.read(id, this.#plain(state)));
    return found && this.#live(found);
  }

  /** Reads an object of which nothing is known but the id. */
  async import(id: string): Promise<{ inputs: Answer; state: Answer }> {
    const { kind, path } = this.#urn;
    refuseUnlessImportable(kind, id);
    const mark = markOf(this.#urn, undefined, this.#configuration.organization);
    const found = this.#done(await this.#host.read(id, { mark, path }));
    if (!found) throw refusal("missing", `${kind} "${id}" does not exist.`);
    return this.#live(toImported(kind, id, found));
  }

  async delete(id: string, state: Properties): Promise<void> {
    this.#done(await this.#host.remove(id, this.#plain(state)));
  }

  #live({ inputs, state }: Live): { inputs: Answer; state: Answer } {
    return { inputs: this.#answer(inputs), state: this.#answer(state) };
  }

  #answer(values: Properties): Answer {
    return { values, secrets: this.#secrets };
  }

  #done<T>(outcome: Parameters<typeof doneOrThrow<T>>[0]): T {
    return doneOrThrow(outcome, this.#secrets);
  }

  /** A stack may have moved here from dynamic resources. */
  #plain(properties: Properties): Properties {
    return lifecycleProperties(this.#urn.kind, properties);
  }
}
