import { type DeclarationReflection, type ProjectReflection, ReflectionKind, type SomeType } from "typedoc";
import { summaryOf, tagOf } from "../docs/model.mjs";

/** A part of a schema of Pulumi (`pulumi.com/docs/…/schema`). */
export type Spec = Record<string, unknown>;

/** Types around another one that mean nothing on the wire. */
const WRAPPERS = ["Input", "Output", "OutputInstance", "Leaves", "Unwrap"];
const SECRETS = ["password", "connectionUri", "neonApiKey"];
/** Types that TypeDoc expands, by the property that has them. */
const EXPANDED: Readonly<Record<string, string>> = {
  connection: "Connection",
  postgresSource: "ClickPipePostgresSource",
  tables: "MappedTable",
};
const ANY = { $ref: "pulumi.json#/Any" };

export function tokenOf(name: string): string {
  return `clickpipes:index:${name}`;
}

/** Translates the types of the TypeScript package, and collects those that have a name in the schema. */
export class SchemaTypes {
  readonly types: Record<string, Spec> = {};
  readonly classes: DeclarationReflection[];
  readonly #declarations: ReadonlyMap<string, DeclarationReflection>;

  constructor(project: ProjectReflection) {
    const all = project.children ?? [];
    this.#declarations = new Map(all.map((one) => [one.name, one]));
    this.classes = all.filter(({ kind }) => kind === ReflectionKind.Class);
  }

  declaration(name: string): DeclarationReflection {
    const found = this.#declarations.get(name);
    if (!found) throw new Error(`${name} is not exported from provider/index.ts`);
    return found;
  }

  /** `isPlain`: of a component, an argument that is no Input is known when the component is created. */
  properties(members: DeclarationReflection[], isPlain = false): { properties: Spec; required: string[] } {
    // Only JavaScript has functions.
    const sent = members.filter(({ type }) => !(type?.type === "reflection" && type.declaration.signatures));
    return {
      properties: Object.fromEntries(sent.map((one) => [one.name, this.#property(one, isPlain)])),
      required: sent.filter((one) => !isOptional(one)).map(({ name }) => name),
    };
  }

  #property(member: DeclarationReflection, isPlain: boolean): Spec {
    const { name, type } = member;
    const lines = [
      describe(member),
      labelled("Default", unwrapped(tagOf(member, "@defaultValue"))),
      labelled("A change", unwrapped(tagOf(member, "@change"))),
    ];
    const description = lines.filter((line) => line !== "").join("\n\n");
    return {
      ...this.#type(type, name, isPlain),
      ...(description !== "" && { description }),
      ...(SECRETS.includes(name) && { secret: true }),
    };
  }

  /** `name`: of the property, by which a type without a name of its own is called. */
  #type(type: SomeType | undefined, name: string, isPlain = false): Spec {
    switch (type?.type) {
      case "intrinsic":
        if (type.name === "number") return { type: /Timeout$|Version$/.test(name) ? "number" : "integer" };
        return type.name === "string" || type.name === "boolean" ? { type: type.name } : ANY;
      case "literal":
        return { type: typeof type.value };
      case "array":
        return { type: "array", items: this.#type(type.elementType, name) };
      case "union":
        return this.#union(type.types, name, isPlain);
      case "reference":
        return this.#reference(type, name, isPlain);
      case "reflection":
        return this.#expanded(name, type.declaration.children ?? []);
      case "intersection":
        // `string & {}` keeps a union of known names open to others.
        return { type: "string" };
      case "unknown":
        return computed(type.name, name);
      default:
        throw new Error(`${name}: the schema has no form for ${type?.toString()}`);
    }
  }

  #expanded(name: string, members: DeclarationReflection[]): Spec {
    const declared = EXPANDED[name];
    if (declared) return this.#object(declared, this.declaration(declared).children ?? [], {});
    // Of a pipe's settings, a program gives all but the publication.
    return this.#object(name === "settings" ? "PipeSettings" : capital(name), members, {});
  }

  #union(types: SomeType[], name: string, isPlain: boolean): Spec {
    const given = types.filter((one) => !isAbsent(one) && !isForeign(one));
    const texts = given.flatMap((one) => (one.type === "literal" && typeof one.value === "string" ? [one.value] : []));
    if (texts.length > 1 && texts.length === given.length) return this.#enum(capital(name), texts);
    const specs = given.map((one) => JSON.stringify(this.#type(one, name, isPlain)));
    const choices = [...new Set(specs)].map((one) => JSON.parse(one) as Spec);
    return choices.length === 1 ? (choices[0] as Spec) : { oneOf: choices };
  }

  #enum(name: string, values: string[]): Spec {
    const spec = { type: "string", enum: values.map((value) => ({ value })) };
    const known = this.types[tokenOf(name)];
    if (known && JSON.stringify(known.enum) !== JSON.stringify(spec.enum))
      throw new Error(`two enums of different values would be called ${name}`);
    this.types[tokenOf(name)] = spec;
    return { $ref: `#/types/${tokenOf(name)}` };
  }

  #reference(type: Extract<SomeType, { type: "reference" }>, name: string, isPlain: boolean): Spec {
    const target = type.name.split(".").at(-1) ?? "";
    const [inner] = type.typeArguments ?? [];
    if (WRAPPERS.includes(target)) return this.#type(inner, name);
    const plain = isPlain ? { plain: true } : {};
    if (target === "Partial" && inner?.type === "reference") {
      const members = this.declaration(inner.name).children ?? [];
      return { ...this.#object(inner.name.replace(/Args$/, "Part"), members, { isPartial: true }), ...plain };
    }
    const ofClass = target.replace(/Args$/, "");
    const isClass = this.classes.some((one) => one.name === ofClass);
    if (isClass && target === ofClass) return { $ref: `#/resources/${tokenOf(target)}` };
    // A resolved Region has the same fields.
    const declaration = this.declaration(target === "Region" ? "ClickPipesRegion" : target);
    if (declaration.type) return this.#type(declaration.type, declaration.name, isPlain);
    const named = isClass ? `${ofClass}Part` : declaration.name.replace(/Args$/, "");
    const description = isClass ? "" : describe(declaration);
    return { ...this.#object(named, declaration.children ?? [], { description }), ...plain };
  }

  #object(
    name: string,
    members: DeclarationReflection[],
    { isPartial = false, description = "" }: { isPartial?: boolean; description?: string },
  ): Spec {
    const known = this.types[tokenOf(name)]?.properties as Spec | undefined;
    // What comes back has fields that no one gives.
    const unique = known && members.some((one) => !(one.name in known)) ? `${name}Output` : name;
    const $ref = `#/types/${tokenOf(unique)}`;
    if (this.types[tokenOf(unique)]) return { $ref };
    this.types[tokenOf(unique)] = {};
    const { properties, required } = this.properties(members);
    this.types[tokenOf(unique)] = {
      type: "object",
      ...(description !== "" && { description }),
      properties,
      ...(!isPartial && required.length > 0 && { required }),
    };
    return { $ref };
  }
}

/** A type that the compiler works out, of which TypeDoc knows only the text. */
function computed(text: string, name: string): Spec {
  // A union of known names that is open to others.
  if (text.includes("(string & {})")) return { type: "string" };
  const plain = text.replace(/Input<|>|\s*\|\s*undefined/g, "").trim();
  const [, element, list] = /^(string|number|boolean)(\[\])?$/.exec(plain) ?? [];
  if (!element) throw new Error(`${name}: cannot read ${text}`);
  const item = { type: element === "number" ? "integer" : element };
  return list ? { type: "array", items: item } : item;
}

function isAbsent(type: SomeType): boolean {
  return type.type === "intrinsic" && type.name === "undefined";
}

/** A resource of any other package, which arrives as its id. */
function isForeign(type: SomeType): boolean {
  return type.type === "reference" && /CustomResource$/.test(type.name);
}

function isOptional({ flags, type }: DeclarationReflection): boolean {
  const inner = type?.type === "reference" ? type.typeArguments?.[0] : type;
  return flags.isOptional || (inner?.type === "union" && inner.types.some(isAbsent));
}

/** What the docstring says, for a reader in any language: links are names, and each paragraph is one line. */
export function describe(declaration: DeclarationReflection): string {
  return unwrapped(summaryOf(declaration));
}

function unwrapped(text: string): string {
  return text.replace(/\{@link (\w+)\}/g, "`$1`").replace(/([^\n])\n(?!\n)/g, "$1 ");
}

function labelled(label: string, text: string): string {
  return text === "" ? "" : `${label}: ${text}`;
}

function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
