import type { DynamicProvider } from "./dynamicProvider";
import { type Change, Managed } from "./managed";

type Values = Record<string, unknown>;
type Provider = Parameters<Managed["handleWith"]>[0];

export const KINDS = ["ClickPipesUser", "ClickPipesGrants", "Publication"] as const;
type Kind = (typeof KINDS)[number];

const FIRST: Record<Kind, Values> = {
  ClickPipesUser: { name: "reader", connectionLimit: 8, comment: "reads for ClickHouse" },
  ClickPipesGrants: { role: "reader", schemas: ["shop"], tables: ["public.orders"] },
  Publication: { name: "pub", tables: ["public.orders", "shop.items"], comment: "for ClickHouse" },
};
const CHANGED: Record<Kind, Values> = {
  ClickPipesUser: { name: "reader", connectionLimit: 4, comment: "reads for ClickPipes", passwordVersion: 2 },
  ClickPipesGrants: { role: "reader", schemas: ["public"], tables: ["shop.items"] },
  Publication: { name: "pub", tables: ["public.orders", "public.customers"], publish: ["insert"], comment: "changed" },
};

/** One operation of a life: what `pulumi up`, a second one after a change, and `pulumi destroy` have done to one resource. */
export interface Step {
  title: string;
  kind: Kind;
  verb: "create" | "update" | "delete";
}

const steps = (verb: Step["verb"], kinds: readonly Kind[]): Step[] =>
  kinds.map((kind) => ({ title: `${verb} of ${kind}`, kind, verb }));

/** In the order in which the engine does it. */
export const STEPS: readonly Step[] = [
  ...steps("create", KINDS),
  ...steps("update", KINDS),
  ...steps("delete", [...KINDS].reverse()),
];

export const TABLES = [
  "create schema shop",
  "create table public.orders (id int primary key)",
  "create table public.customers (id int primary key)",
  "create table shop.items (id int primary key)",
  "create table shop.notes (id int primary key)",
];

/** User, grants and publication of one program, with the state that an engine would keep of them. */
export class SourceLife {
  readonly #resources: Map<Kind, Managed>;

  constructor(config: Record<string, string>) {
    this.#resources = new Map(KINDS.map((kind) => [kind, new Managed(kind, "source", config)]));
  }

  /** From now on: a process of its own, or the `handler` of modules that were loaded anew. */
  handleWith(provider: DynamicProvider | ((kind: Kind) => Provider)): this {
    for (const [kind, managed] of this.#resources)
      managed.handleWith(typeof provider === "function" ? provider(kind) : handledBy(provider, kind));
    return this;
  }

  resource(kind: Kind): Managed {
    return this.#resources.get(kind) as Managed;
  }

  run({ kind, verb }: Step): Promise<Change | undefined> {
    const resource = this.resource(kind);
    if (verb === "delete") return resource.destroy().then(() => undefined);
    return resource.up(verb === "create" ? FIRST[kind] : CHANGED[kind]);
  }

  async destroy(): Promise<void> {
    for (const kind of [...KINDS].reverse()) await this.resource(kind).destroy();
  }

  /** What the state holds, without what every run makes anew. */
  get outputs(): Values {
    return Object.fromEntries(KINDS.map((kind) => [kind, withoutChance(this.resource(kind).state?.outputs)]));
  }
}

const BY_CHANCE = new Set(["token", "password", "oid", "roleOid", "__provider"]);

function withoutChance(outputs: Values = {}): Values {
  return Object.fromEntries(Object.entries(outputs).filter(([name]) => !BY_CHANCE.has(name)));
}

/** A database's facts, the same for two runs that came to the same. */
export function comparable(facts: string[]): string[] {
  return facts
    .map((fact) =>
      fact
        .replace(/(\\?"token\\?": ?\\?")[\w-]+/g, "$1…")
        .replace(/("(?:oid|prpubid)": ?)"?\d+"?/g, "$1…")
        .replace(/^(comment: pg_publication) \d+/, "$1 …"),
    )
    .sort();
}

/** The resource as that process handles it. */
export function handledBy(process: DynamicProvider, kind: string): Provider {
  const __provider = `exports.handler = () => require("pulumi-neon-clickpipes/provider").handler("${kind}");`;
  return {
    // Done when the process was started.
    configure: async () => {},
    check: (olds, news) => process.check(olds, { ...news, __provider }),
    diff: async (id, state, news) => ({ ...(await process.diff(id, state, news)), deleteBeforeReplace: false }),
    create: async (news) => {
      const { id, outputs } = await process.create(news);
      return { id, outs: outputs };
    },
    read: async (id, state) => {
      const { id: found, inputs, outputs } = await process.read(id, { __provider, ...state });
      return { id: found, inputs, props: outputs };
    },
    update: async (id, state, news) => ({ outs: await process.update(id, state, news) }),
    delete: (id, state) => process.delete(id, { __provider, ...state }),
  };
}
