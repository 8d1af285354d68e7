import { isDeepStrictEqual } from "node:util";
import { isUnfinished, refusal } from "../errors";
import { clickPipesGrants } from "../grants/lifecycle";
import { ipAllowlist } from "../ipAllowlist/lifecycle";
import { Arguments, type Inputs } from "../lifecycle/arguments";
import { Context } from "../lifecycle/context";
import type { Lifecycle } from "../lifecycle/lifecycle";
import { markers, secretTexts, withoutMarkers } from "../lifecycle/repeatedSecrets";
import { resolveSettings, type Settings } from "../lifecycle/settings";
import { hasUnknown } from "../lifecycle/unknown";
import { logicalReplication } from "../logicalReplication/lifecycle";
import { explainServerFailure, isServerFailure } from "../postgres/errors";
import { SQLSTATE } from "../postgres/sqlstate";
import { publication } from "../publication/lifecycle";
import { sourceReadiness } from "../readiness/lifecycle";
import { scrubDeep } from "../scrub";
import { clickPipesUser } from "../user/lifecycle";

const LIFECYCLES: Readonly<Record<string, Lifecycle>> = {
  ClickPipesUser: clickPipesUser,
  ClickPipesGrants: clickPipesGrants,
  Publication: publication,
  LogicalReplication: logicalReplication,
  IpAllowlist: ipAllowlist,
  SourceReadiness: sourceReadiness,
};

/** What Pulumi's dynamic provider calls (`@pulumi/pulumi/cmd/dynamic-provider`). */
export interface HandledProvider {
  configure(request: { config: { get(key: string): string | undefined } }): Promise<void>;
  check(olds: Inputs, news: Inputs): Promise<{ inputs: Inputs; failures: { property: string; reason: string }[] }>;
  diff(id: string, state: Inputs, news: Inputs): Promise<{ replaces: string[]; deleteBeforeReplace: boolean }>;
  create(news: Inputs): Promise<{ id: string; outs: Inputs }>;
  read(id: string, state: Inputs): Promise<{ id?: string; inputs?: Inputs; props?: Inputs }>;
  update(id: string, state: Inputs, news: Inputs): Promise<{ outs: Inputs }>;
  delete(id: string, state: Inputs): Promise<void>;
}

/**
 * The frozen entry: the text `require("pulumi-neon-clickpipes/provider").handler("<Name>")` stands in the state of every
 * resource ever made, so this name, its argument and the subpath keep their meaning for ever.
 */
export function handler(name: string): HandledProvider {
  const lifecycle = lifecycleOf(name);
  const environment = (variable: string) => process.env[variable] || undefined;
  let settings = resolveSettings(() => undefined, environment);

  const told = (inputs: Inputs) => toldOf(name, inputs);

  return {
    // Synchronous: Pulumi calls the next method without waiting for a promise made here.
    configure({ config }) {
      settings = resolveSettings((key) => config.get(`clickpipes:${key}`) || undefined, environment);
      return Promise.resolve();
    },

    async check(olds: Inputs, news: Inputs) {
      const context = new Context(settings, subjectOf(name, news), secretsOf(lifecycle, news));
      const { inputs, problems } = await checked(name, lifecycle, context, olds, news);
      // With a property's name, Pulumi would print the property's value, be it a secret or not.
      return { inputs, failures: problems.map((reason) => ({ property: "", reason: context.output.clean(reason) })) };
    },

    // `changes` stays undefined: the engine compares the inputs, and so `ignoreChanges` and previews work by property.
    async diff(_id: string, state: Inputs, news: Inputs) {
      // The one place that sees the state in a preview: a provider that points elsewhere changes no argument.
      await guarded("diff", [state], async (context) => context.checkDatabaseName(state));
      const replaces = lifecycle.replaces?.(state, news) ?? [];
      return { replaces, deleteBeforeReplace: replaces.length > 0 };
    },

    async create(news: Inputs) {
      return guarded("create", [news], async (context) => {
        const { id, outputs } = await lifecycle.create(context, told(news));
        return { id, outs: plain({ ...told(news), ...cleaned(context, outputs), ...secretArgumentsOf(news) }) };
      });
    },

    async read(id: string, state: Inputs) {
      return guarded("read", [state], async (context) => {
        const found = await lifecycle.read(context, id, told(state));
        if (!found) return missing(name, id, state);
        const sentences = (found.drift ?? []).map(context.output.clean);
        // Pulumi shows the sentences themselves only with --diff.
        for (const sentence of sentences) context.inform(`drift: ${sentence}`);
        const drift = sentences.length > 0 ? { drift: sentences } : {};
        const { drift: _before, ...rest } = told(state);
        const inputs = { ...found.inputs, ...(state.mark !== undefined && { mark: state.mark }), ...drift };
        const props = { ...rest, ...cleaned(context, found.outputs), ...inputs, ...secretArgumentsOf(state) };
        return { id, inputs: plain({ ...markers(name, state), ...inputs }), props: plain(props) };
      });
    },

    async update(id: string, state: Inputs, news: Inputs) {
      return guarded("update", [state, news], async (context) => {
        const outputs = await lifecycle.update(context, id, told(state), told(news));
        return { outs: plain({ ...told(news), ...cleaned(context, outputs), ...secretArgumentsOf(news) }) };
      });
    },

    async delete(id: string, state: Inputs) {
      return guarded("delete", [state], (context) => lifecycle.remove(context, id, told(state)));
    },
  };

  /** `known`: all that Pulumi has told of the resource, the newest last. */
  async function guarded<T>(verb: Verb, known: Inputs[], work: (context: Context) => Promise<T>): Promise<T> {
    const inputs: Inputs = Object.assign({}, ...known);
    const subject = subjectOf(name, inputs);
    const secrets = known.flatMap((one) => secretsOf(lifecycle, one));
    const context = new Context(settings, subject, secrets);
    try {
      return await work(context);
    } catch (error) {
      throw presentable(error, verb, subject, context, inputs);
    }
  }
}

function lifecycleOf(name: string): Lifecycle {
  const lifecycle = LIFECYCLES[name];
  if (lifecycle) return lifecycle;
  throw refusal("unknownResource", `this version of pulumi-neon-clickpipes has no resource ${name}`);
}

type Verb = "diff" | "create" | "read" | "update" | "delete";

async function checked(name: string, lifecycle: Lifecycle, context: Context, olds: Inputs, news: Inputs) {
  const { postgres, neon } = context.settings;
  const args = new Arguments(toldOf(name, news));
  args.only(...lifecycle.arguments, "mark", "drift");
  const inputs = plain({ ...lifecycle.check(args, olds), mark: news.mark });
  const problems = [...args.problems];
  const needs = lifecycle.needs(inputs);
  if (needs.includes("postgres") && "problem" in postgres) problems.unshift(postgres.problem);
  if (needs.includes("neon") && "problem" in neon) problems.unshift(neon.problem);
  const { drift: _drift, ...before } = toldOf(name, olds);
  const changed = !isDeepStrictEqual(before, inputs);
  if (problems.length === 0 && lifecycle.look && changed && !hasUnknown(inputs)) {
    try {
      await lifecycle.look(context, before, inputs);
    } catch (error) {
      problems.push(explained(error, postgres));
    }
  }
  return { inputs: { ...markers(name, news), ...inputs }, problems };
}

/** `.get()` of something that is not there must fail; a refresh says so by an empty answer. */
function missing(name: string, id: string, state: Inputs): { id?: string } {
  if (state.target !== undefined || state.token !== undefined) return {};
  throw refusal("notFound", `${name} "${id}" does not exist`);
}

/** A plain error: no stack of ours, no secret, and what half exists kept for the next run. */
function presentable(error: unknown, verb: Verb, subject: string, context: Context, inputs: Inputs) {
  const { postgres } = context.settings;
  let message = explained(error, postgres);
  // Pulumi refreshes and destroys with the credentials of the last `up`, whatever the program says now.
  if (isServerFailure(error) && error.code === SQLSTATE.invalidPassword && (verb === "read" || verb === "delete")) {
    message += ". If the password changed since the last `pulumi up`, run `pulumi up` first, or add `--run-program`";
  }
  message = context.output.clean(message);
  const plainError = Object.assign(new Error(message), { stack: message, toString: () => subject });
  if (!isUnfinished(error)) return plainError;
  const { id, outputs } = error.finished;
  const properties = plain({ ...inputs, ...cleaned(context, outputs) });
  return Object.assign(plainError, { id, properties, reasons: [message] });
}

function explained(error: unknown, postgres: Settings["postgres"]): string {
  if (isServerFailure(error) && !("problem" in postgres)) return explainServerFailure(error, postgres);
  return error instanceof Error ? error.message : String(error);
}

function subjectOf(name: string, inputs: Inputs): string {
  const { mark } = inputs;
  return typeof mark === "string" ? `${name} ${mark.split("/").slice(4).join("/")}` : name;
}

function secretsOf(lifecycle: Lifecycle, inputs: Inputs): string[] {
  const own = (lifecycle.secrets ?? []).map((key) => inputs[key]);
  return [...own.filter((value): value is string => typeof value === "string" && value !== ""), ...secretTexts(inputs)];
}

/** Outputs that may quote what a server has said. */
const QUOTING: readonly string[] = ["report", "uncovered"];

function cleaned(context: Context, outputs: Inputs): Inputs {
  const quoting = QUOTING.filter((key) => outputs[key] !== undefined);
  return {
    ...outputs,
    ...Object.fromEntries(quoting.map((key) => [key, scrubDeep(outputs[key], context.output.clean)])),
  };
}

/** What a lifecycle is told. */
function toldOf(name: string, inputs: Inputs): Inputs {
  const { __provider, ...rest } = inputs;
  return withoutMarkers(name, rest);
}

function secretArgumentsOf({ secretArguments }: Inputs): Inputs {
  return Array.isArray(secretArguments) ? { secretArguments } : {};
}

/** Through JSON: Pulumi's wire knows no `undefined`, and fails on it. */
function plain(inputs: Inputs): Inputs {
  return JSON.parse(JSON.stringify(inputs)) as Inputs;
}
