import type { Properties } from "../lifecycle/arguments";
import { type Failure, Host, type Outcome } from "../lifecycle/host";
import { resolveSettings } from "../lifecycle/settings";
import { lifecycleOf } from "../registry";
import { markers, secretTexts, withoutMarkers } from "./repeatedSecrets";
import { endWithProcess, run } from "./run";

/** What Pulumi's dynamic provider calls (`@pulumi/pulumi/cmd/dynamic-provider`). */
export interface HandledProvider {
  configure(request: { config: { get(key: string): string | undefined } }): Promise<void>;
  check(
    olds: Properties,
    news: Properties,
  ): Promise<{ inputs: Properties; failures: { property: string; reason: string }[] }>;
  diff(id: string, state: Properties, news: Properties): Promise<{ replaces: string[]; deleteBeforeReplace: boolean }>;
  create(news: Properties): Promise<{ id: string; outs: Properties }>;
  read(id: string, state: Properties): Promise<{ id?: string; inputs?: Properties; props?: Properties }>;
  update(id: string, state: Properties, news: Properties): Promise<{ outs: Properties }>;
  delete(id: string, state: Properties): Promise<void>;
}

/**
 * The frozen entry: the text `require("pulumi-neon-clickpipes/provider").handler("<Name>")` stands in the state of every
 * resource ever made, so this name, its argument and the subpath keep their meaning for ever.
 */
export function handler(kind: string): HandledProvider {
  const lifecycle = lifecycleOf(kind);
  const environment = (variable: string) => process.env[variable] || undefined;
  let settings = resolveSettings(() => undefined, environment);

  /** `known`: all that Pulumi has told of the resource. */
  const host = (...known: Properties[]) => {
    endWithProcess();
    return new Host(kind, lifecycle, run, settings, known.flatMap(secretTexts));
  };
  const told = (properties: Properties) => toldOf(kind, properties);

  return {
    // Synchronous: Pulumi calls the next method without waiting for a promise made here.
    configure({ config }) {
      settings = resolveSettings((key) => config.get(`clickpipes:${key}`) || undefined, environment);
      return Promise.resolve();
    },

    async check(olds, news) {
      const { inputs, problems } = await host(news).check(told(olds), told(news));
      // With a property's name, Pulumi would print the property's value, be it a secret or not.
      const failures = problems.map((reason) => ({ property: "", reason }));
      return { inputs: { ...markers(kind, news), ...inputs }, failures };
    },

    // `changes` stays undefined: the engine compares the inputs, and so `ignoreChanges` and previews work by property.
    async diff(_id, state, news) {
      const replaces = orThrow(await host(state).diff(told(state), told(news)));
      return { replaces, deleteBeforeReplace: replaces.length > 0 };
    },

    async create(news) {
      const { id, state } = orThrow(await host(news).create(told(news)), news);
      return { id, outs: { ...state, ...secretArgumentsOf(news) } };
    },

    async read(id, state) {
      const found = orThrow(await host(state).read(id, told(state)));
      if (!found) return state.target === undefined && state.token === undefined ? refuseMissing(kind, id) : {};
      const props = { ...found.state, ...secretArgumentsOf(state) };
      return { id, inputs: { ...markers(kind, state), ...found.inputs }, props };
    },

    async update(id, state, news) {
      const outs = orThrow(await host(state, news).update(id, told(state), told(news)), { ...state, ...news });
      return { outs: { ...outs, ...secretArgumentsOf(news) } };
    },

    async delete(id, state) {
      orThrow(await host(state).remove(id, told(state)));
    },
  };
}

/** A plain error without a stack of ours; what half exists goes into the state with the `properties` known before. */
function orThrow<T>(outcome: Outcome<T>, properties: Properties = {}): T {
  if ("done" in outcome) return outcome.done;
  const { message, subject, unfinished }: Failure = outcome.failure;
  const error = Object.assign(new Error(message), { stack: message, toString: () => subject });
  if (!unfinished) throw error;
  const { id, outputs } = unfinished;
  throw Object.assign(error, { id, properties: { ...properties, ...outputs }, reasons: [message] });
}

/** Of a `.get()`; a refresh says by an empty answer that it is gone. */
function refuseMissing(kind: string, id: string): never {
  return orThrow({ failure: { message: `${kind} "${id}" does not exist`, subject: kind } });
}

/** What a lifecycle is told. */
function toldOf(kind: string, properties: Properties): Properties {
  const { __provider, ...rest } = properties;
  return withoutMarkers(kind, rest);
}

function secretArgumentsOf({ secretArguments }: Properties): Properties {
  return Array.isArray(secretArguments) ? { secretArguments } : {};
}
