import type { Identity } from "../../../provider/postgres/sql/mark";

type Values = Record<string, unknown>;

/** Users, grants, publications: each may only refer to what comes before it. */
export const KINDS = ["ClickPipesUser", "ClickPipesGrants", "Publication"] as const;
export type Kind = (typeof KINDS)[number];

export const DATABASES = ["one", "two"] as const;
export type Database = (typeof DATABASES)[number];

/** Where a resource stands in the program. */
export interface Address {
  name: string;
  /** The types of its parents. */
  path: string;
}

export interface RolePart extends Values {
  name: string;
}

export interface PublicationPart extends Values {
  name: string;
  tables: string[];
}

/** A source of the program, written as its parts. A part that it shares, or leaves to others, is undefined. */
export interface Source extends Address {
  database: Database;
  user?: RolePart;
  grants?: Values & { role: string };
  publication?: PublicationPart;
  /** Where its resources stood before, for `aliases`. */
  formerly: Address[];
}

/** A resource that the program wants, as its constructor sends it to the engine. */
export interface Goal extends Address {
  urn: string;
  kind: Kind;
  database: Database;
  inputs: Values;
  aliases: string[];
}

export function urnOf(kind: Kind, { name, path }: Address): string {
  return `${path === "" ? "" : `${path}$`}${kind}::${name}`;
}

/** Organization, project and stack: backends may hold stacks of the same name. */
export function markOf(stack: string, kind: Kind, { name }: Address): string {
  return `organization/app/${stack}/${kind}/${name}`;
}

export function identityOf(stack: string, kind: Kind, address: Address): Identity {
  return { mark: markOf(stack, kind, address), path: address.path };
}

export function goalsOf(stack: string, sources: readonly Source[]): Goal[] {
  return KINDS.flatMap((kind) => sources.flatMap((source) => goalOf(stack, kind, source, sources) ?? []));
}

function goalOf(stack: string, kind: Kind, source: Source, sources: readonly Source[]): Goal | undefined {
  const { name, path, database, formerly } = source;
  const args = argumentsOf(kind, source);
  if (args === undefined) return undefined;
  const namesakes = sources.some(
    (other) => other.name === name && other.path !== path && argumentsOf(kind, other) !== undefined,
  );
  const identity = { ...identityOf(stack, kind, source), ...(namesakes && { namesakes }) };
  return {
    ...{ urn: urnOf(kind, source), kind, name, path, database },
    inputs: { ...structuredClone(args), ...identity },
    aliases: formerly.map((address) => urnOf(kind, address)),
  };
}

export function argumentsOf(kind: Kind, { user, grants, publication }: Source): Values | undefined {
  return { ClickPipesUser: user, ClickPipesGrants: grants, Publication: publication }[kind];
}
