import { isDeepStrictEqual } from "node:util";
import { isUnfinished } from "../errors";
import { ProgramResources } from "../ownership/program";
import { twoOwners } from "../ownership/refusals";
import { address } from "../postgres/connectionSettings";
import { explainServerFailure, isServerFailure } from "../postgres/errors";
import type { Identity } from "../postgres/sql/mark";
import { routingOptions } from "../postgres/sql/settings";
import { SQLSTATE } from "../postgres/sqlstate";
import { scrubDeep } from "../scrub";
import { Arguments, type Properties } from "./arguments";
import { Context } from "./context";
import type { Lifecycle } from "./lifecycle";
import { pick } from "./pick";
import type { Run } from "./run";
import type { Settings } from "./settings";
import { hasUnknown } from "./unknown";

/** A lifecycle with its types erased. The host gives it only values that it returned itself. */
export type AnyLifecycle = Lifecycle<Properties, Properties>;

export interface Failure {
  message: string;
  /** The type of the resource, and its name in the program. */
  subject: string;
  /** What already exists. It is kept for the next run. */
  unfinished?: { id: string; state: Properties };
}

export type Outcome<T> = { done: T } | { failure: Failure };

export interface Checked {
  inputs: Properties;
  problems: string[];
}

export interface Live {
  inputs: Properties;
  state: Properties;
}

const IDENTITY = ["mark", "path"] as const;

/** Outputs that may quote a server. */
const QUOTING: readonly string[] = ["report", "uncovered"];

/** What the program says about the whole of its resources. It goes into no state. */
const HINTS = ["namesakes", "announced"] as const;

/** Runs the lifecycle of one resource on plain values, for any front. */
export class Host {
  readonly #kind: string;
  readonly #lifecycle: AnyLifecycle;
  readonly #run: Run;
  readonly #settings: Settings;
  readonly #secrets: readonly string[];

  /** `secrets`: arguments that the program made secret. */
  constructor(kind: string, lifecycle: AnyLifecycle, run: Run, settings: Settings, secrets: readonly string[]) {
    this.#kind = kind;
    this.#lifecycle = lifecycle;
    this.#run = run;
    this.#settings = settings;
    this.#secrets = secrets;
  }

  async check(olds: Properties, news: Properties): Promise<Checked> {
    const lifecycle = this.#lifecycle;
    const context = this.#context(news);
    const args = new Arguments(news);
    args.only(...lifecycle.arguments, ...IDENTITY, ...HINTS, "drift");
    const { drift, ...before } = olds;
    const { mark, path } = news;
    const checked = plain({ ...lifecycle.check(args, before, context), mark, path });
    const withoutNewPath = withKnownPath(before, checked);
    const inputs = drift === undefined ? withoutNewPath : checked;
    const problems = [...this.#lackingCredentials(inputs), ...args.problems, ...this.#otherOwner(news, inputs)];
    const changed = !isDeepStrictEqual(before, withoutNewPath);
    if (problems.length === 0 && changed && !hasUnknown(inputs)) {
      const found = Array.isArray(drift) ? drift.map(String) : [];
      await lifecycle.look?.(context, before, inputs, found).catch((error) => problems.push(this.#explain(error)));
    }
    return { inputs, problems: problems.map(context.output.clean) };
  }

  /** The names of the arguments whose change needs a replacement. */
  diff(state: Properties, news: Properties): Promise<Outcome<string[]>> {
    return this.#outcome([state], async (context) => {
      // Only diff sees the state in a preview, and a provider that points elsewhere changes no argument.
      context.refuseOtherDatabaseName(state);
      return this.#lifecycle.replaces?.(withId("", state), news, context) ?? [];
    });
  }

  create(news: Properties): Promise<Outcome<{ id: string; state: Properties }>> {
    return this.#outcome([news], async (context) => {
      const { id, outputs } = await this.#lifecycle.create(context, news);
      return { id, state: plain({ ...news, ...cleaned(context, outputs) }) };
    });
  }

  /** Undefined if the object no longer exists. */
  read(id: string, state: Properties): Promise<Outcome<Live | undefined>> {
    return this.#outcome(
      [state],
      async (context) => {
        const found = await this.#lifecycle.read(context, withId(id, state));
        if (!found) return undefined;
        const sentences = (found.drift ?? []).map(context.output.clean);
        // Pulumi shows the sentences only with --diff.
        for (const sentence of sentences) context.inform(`drift: ${sentence}`);
        const drift = sentences.length > 0 ? { drift: sentences } : {};
        const { drift: _before, ...rest } = state;
        const inputs = { ...found.inputs, ...pick(state, IDENTITY), ...drift };
        return { inputs: plain(inputs), state: plain({ ...rest, ...cleaned(context, found.outputs), ...inputs }) };
      },
      ADVICE_ON_PASSWORD,
    );
  }

  update(id: string, state: Properties, news: Properties): Promise<Outcome<Properties>> {
    return this.#outcome([state, news], async (context) => {
      const outputs = await this.#lifecycle.update(context, withId(id, state), news);
      return plain({ ...news, ...cleaned(context, outputs) });
    });
  }

  remove(id: string, state: Properties): Promise<Outcome<void>> {
    return this.#outcome([state], (context) => this.#lifecycle.remove(context, withId(id, state)), ADVICE_ON_PASSWORD);
  }

  /** `known`: everything known about the resource, the newest last. */
  async #outcome<T>(known: Properties[], work: (context: Context) => Promise<T>, advice = ""): Promise<Outcome<T>> {
    const context = this.#context(...known);
    try {
      return { done: await work(context) };
    } catch (error) {
      const wasRefused = isServerFailure(error) && error.code === SQLSTATE.invalidPassword;
      const message = context.output.clean(`${this.#explain(error)}${wasRefused ? advice : ""}`);
      const failure = { message, subject: subjectOf(this.#kind, ...known) };
      if (!isUnfinished(error)) return { failure };
      const { id, outputs } = error.finished;
      // An output that became undefined must not keep its earlier value.
      const state = plain(Object.assign({}, ...known, cleaned(context, outputs)));
      return { failure: { ...failure, unfinished: { id, state } } };
    }
  }

  #context(...known: Properties[]): Context {
    const own = (this.#lifecycle.secrets ?? []).flatMap((key) => known.map((properties) => properties[key]));
    const texts = own.filter((value): value is string => typeof value === "string" && value !== "");
    return new Context(this.#run, this.#settings, subjectOf(this.#kind, ...known), [...texts, ...this.#secrets]);
  }

  /** Remembers the resource for those that this run checks later, and finds another one that owns the same object. */
  #otherOwner(news: Properties, inputs: Properties): string[] {
    const { mark, path, namesakes } = news;
    const { postgres } = this.#settings;
    if (typeof mark !== "string") return [];
    const identity: Identity = { mark, ...(typeof path === "string" && { path }) };
    const program = this.#run.memory(ProgramResources);
    program.add(identity, namesakes === true);
    const owned = this.#lifecycle.owns?.(inputs);
    if (!owned || hasUnknown(owned) || "problem" in postgres) return [];
    const server = [address(postgres), routingOptions(postgres.options)].join(" ");
    const within = owned.uniqueIn === "server" ? server : `${server}/${postgres.database}`;
    const other = program.claim({ ...owned, within }, identity);
    return other ? [twoOwners(owned, [other, identity]).message] : [];
  }

  #lackingCredentials(inputs: Properties): string[] {
    const needs = this.#lifecycle.needs(inputs);
    const { neon, postgres } = this.#settings;
    return [
      ...(needs.includes("neon") && "problem" in neon ? [neon.problem] : []),
      ...(needs.includes("postgres") && "problem" in postgres ? [postgres.problem] : []),
    ];
  }

  #explain(error: unknown): string {
    const { postgres } = this.#settings;
    if (isServerFailure(error) && !("problem" in postgres)) return explainServerFailure(error, postgres);
    return error instanceof Error ? error.message : String(error);
  }
}

/** Pulumi refreshes and destroys with the credentials of the last `up`, even if the program has others now. */
const ADVICE_ON_PASSWORD =
  "\nIf the password changed since the last `pulumi up`, run `pulumi up` first, or add `--run-program`.";

/** A path that alone is new, or differs, is no change. It is written with the next one. */
function withKnownPath(before: Properties, checked: Properties): Properties {
  const { path: known, ...rest } = before;
  const { path: _path, ...inputs } = checked;
  if (!isDeepStrictEqual(rest, inputs)) return checked;
  return known === undefined ? inputs : { ...inputs, path: known };
}

function withId(id: string, state: Properties): Properties & { id: string } {
  return { ...state, id };
}

function subjectOf(kind: string, ...known: Properties[]): string {
  const mark = known.map((properties) => properties.mark).findLast((found) => found !== undefined);
  return typeof mark === "string" ? `${kind} ${mark.split("/").slice(4).join("/")}` : kind;
}

function cleaned(context: Context, outputs: Properties): Properties {
  const quoting = QUOTING.filter((key) => outputs[key] !== undefined);
  return {
    ...outputs,
    ...Object.fromEntries(quoting.map((key) => [key, scrubDeep(outputs[key], context.output.clean)])),
  };
}

/** Copies through JSON, which drops `undefined`. Pulumi's wire format fails on it. */
function plain(properties: Properties): Properties {
  return JSON.parse(JSON.stringify(properties)) as Properties;
}
