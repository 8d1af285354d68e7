import type { Properties } from "../lifecycle/arguments";
import { type Failure, Host, type Outcome } from "../lifecycle/host";
import { lifecycleProperties, markers, secretTexts } from "../lifecycle/repeatedSecrets";
import { resolveSettings } from "../lifecycle/settings";
import { lifecycleOf } from "../registry";
import { run } from "./run";

/** The methods that Pulumi's dynamic provider calls (`@pulumi/pulumi/cmd/dynamic-provider`). */
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
 * The frozen entry point. The state of every resource contains the text `require("pulumi-neon-clickpipes/provider").handler("<Name>")`,
 * so this name, its argument and the subpath must never change.
 */
export function handler(kind: string): HandledProvider {
  const lifecycle = lifecycleOf(kind);
  const environment = (variable: string) => process.env[variable] || undefined;
  let settings = resolveSettings(() => undefined, environment);

  /** `known`: everything that Pulumi has passed on about the resource. */
  const host = (...known: Properties[]) => new Host(kind, lifecycle, run, settings, known.flatMap(secretTexts));
  const plain = (properties: Properties) => lifecycleProperties(kind, properties);

  return {
    // Synchronous: Pulumi calls the next method without waiting for a promise made here.
    configure({ config }) {
      settings = resolveSettings((key) => config.get(`clickpipes:${key}`) || undefined, environment);
      return Promise.resolve();
    },

    async check(olds, news) {
      const { inputs, problems } = await host(news).check(plain(olds), plain(news));
      // Given the name of a property, Pulumi would print its value, even if it is a secret.
      const failures = problems.map((reason) => ({ property: "", reason }));
      return { inputs: { ...markers(kind, news), ...inputs }, failures };
    },

    // `changes` stays undefined, so the engine compares the inputs, and `ignoreChanges` and previews work by property.
    async diff(_id, state, news) {
      const replaces = orThrow(await host(state).diff(plain(state), plain(news)));
      return { replaces, deleteBeforeReplace: replaces.length > 0 };
    },

    async create(news) {
      const { id, state } = orThrow(await host(news).create(plain(news)), pulumiPropertiesOf(kind, news));
      return { id, outs: { ...state, ...secretArgumentsOf(news) } };
    },

    async read(id, state) {
      const found = orThrow(await host(state).read(id, plain(state)));
      if (!found) return state.target === undefined && state.token === undefined ? refuseMissing(kind, id) : {};
      const props = { ...found.state, ...secretArgumentsOf(state) };
      return { id, inputs: { ...markers(kind, state), ...found.inputs }, props };
    },

    async update(id, state, news) {
      const outs = orThrow(
        await host(state, news).update(id, plain(state), plain(news)),
        pulumiPropertiesOf(kind, news),
      );
      return { outs: { ...outs, ...secretArgumentsOf(news) } };
    },

    async delete(id, state) {
      orThrow(await host(state).remove(id, plain(state)));
    },
  };
}

/** Throws a plain error without a stack trace. A half-made resource goes into the state, with the properties that only Pulumi needs. */
function orThrow<T>(outcome: Outcome<T>, pulumiProperties: Properties = {}): T {
  if ("done" in outcome) return outcome.done;
  const { message, subject, unfinished }: Failure = outcome.failure;
  const error = Object.assign(new Error(message), { stack: message, toString: () => subject });
  if (!unfinished) throw error;
  const { id, state } = unfinished;
  throw Object.assign(error, { id, properties: { ...pulumiProperties, ...state }, reasons: [message] });
}

/** For `.get()`. A refresh reports with an empty answer that the object no longer exists. */
function refuseMissing(kind: string, id: string): never {
  return orThrow({ failure: { message: run.output.clean(`${kind} "${id}" does not exist.`), subject: kind } });
}

/** What a lifecycle does not get: how to load this provider, and what marks outputs as secret. */
function pulumiPropertiesOf(kind: string, properties: Properties): Properties {
  const ours = lifecycleProperties(kind, properties);
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !(name in ours)));
}

function secretArgumentsOf({ secretArguments }: Properties): Properties {
  return Array.isArray(secretArguments) ? { secretArguments } : {};
}
