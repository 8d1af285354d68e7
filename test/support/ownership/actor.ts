import type { Entry } from "./entry";
import { objectOf } from "./ledger";
import {
  type Address,
  argumentsOf,
  type Goal,
  goalsOf,
  identityOf,
  KINDS,
  type Kind,
  type Source,
  urnOf,
} from "./program";

/** A stack: its program, its state, and the states that it had before. Two of them may have the same name. */
export class Actor {
  program: Source[] = [];
  entries: Entry[] = [];
  saved: Entry[][] = [];

  constructor(
    readonly label: string,
    readonly stack: string,
  ) {}

  get goals(): Goal[] {
    return goalsOf(this.stack, this.program);
  }

  save(): void {
    this.saved.push(structuredClone(this.entries));
  }

  /** The source of the program that has this resource. */
  sourceOf({ kind, urn }: Pick<Entry | Goal, "kind" | "urn">): Source | undefined {
    return this.program.find((source) => urnOf(kind, source) === urn && argumentsOf(kind, source) !== undefined);
  }

  /**
   * The resource with this identity, as messages show it: the mark, and the path in parentheses. Where an earlier version wrote no
   * path there may be two, of which the one that has the object counts.
   */
  findIdentity(text: string, object?: string): Known | undefined {
    const all = KINDS.flatMap((kind) => this.#candidates(kind, text));
    return all.find(({ entry }) => object !== undefined && entry && objectOf(entry.outputs) === object) ?? all[0];
  }

  #candidates(kind: Kind, text: string): Known[] {
    const isNamed = (one: Address) => shownIdentity(this.stack, kind, one).includes(text);
    const sources = this.program.filter((one) => isNamed(one) && argumentsOf(kind, one) !== undefined);
    const entries = this.entries.filter((one) => one.kind === kind && isNamed(one));
    const paths = new Set([...sources, ...entries].map(({ path }) => path));
    return [...paths].map((path) => {
      const source = sources.find((one) => one.path === path);
      const entry = entries.find((one) => one.path === path);
      return { kind, ...(source && { source }), ...(entry && { entry }) };
    });
  }
}

/** A resource of a stack: in its program, in its state, or in both. */
interface Known {
  kind: Kind;
  source?: Source;
  entry?: Entry;
}

/** An earlier version wrote no path, so the mark alone may stand for the resource too. */
function shownIdentity(stack: string, kind: Kind, address: { name: string; path: string }): string[] {
  const { mark, path } = identityOf(stack, kind, address);
  return path ? [`${mark} (in ${path})`, mark] : [mark];
}

/** Takes one resource out of the program. */
export function removePart(actor: Actor, source: Source, kind: Kind): void {
  if (kind === "ClickPipesUser") source.user = undefined;
  else if (kind === "ClickPipesGrants") source.grants = undefined;
  else source.publication = undefined;
  actor.program = actor.program.filter(({ user, grants, publication }) => user || grants || publication);
}

/** Gives the role of a source another name, in its grants too. */
export function renameRole({ user, grants }: Source, name: string): void {
  if (grants && grants.role === user?.name) grants.role = name;
  if (user) user.name = name;
}
