import { hasUnknown, isUnknown } from "./unknown";

export type Properties = Record<string, unknown>;

interface TextOptions {
  required?: boolean;
  pattern?: RegExp;
  expected?: string;
}

/**
 * Reads the arguments of one resource, which a program in any language may have sent. Checks their types, passes values that a
 * preview does not know yet, and collects every problem instead of stopping at the first.
 */
export class Arguments {
  readonly problems: string[] = [];
  readonly #inputs: Properties;
  readonly #prefix: string;

  constructor(inputs: Properties, prefix = "") {
    this.#inputs = inputs;
    this.#prefix = prefix;
  }

  problem(name: string, text: string): void {
    this.problems.push(`${this.#prefix}${name}: ${text}`);
  }

  /** Refuses names that no argument has. A misspelled argument would otherwise have no effect, silently. */
  only(...known: string[]): void {
    for (const name of Object.keys(this.#inputs)) {
      if (!known.includes(name) && name !== "__provider") this.problem(name, "there is no such argument");
    }
  }

  /** If a required text is missing, that is a problem, and inputs with a problem are not used. */
  text(name: string, options: TextOptions & { required: true }): string;
  text(name: string, options?: TextOptions): string | undefined;
  text(name: string, options: TextOptions = {}): string | undefined {
    const value = this.#of(name, "a string", (found) => typeof found === "string", options.required);
    if (typeof value !== "string" || isUnknown(value)) return value as string | undefined;
    if (value.includes("\0")) this.problem(name, "contains a NUL character");
    else if (options.pattern && !options.pattern.test(value)) this.problem(name, `expected ${options.expected}`);
    return value;
  }

  /** A name in Postgres: 1 to 63 bytes. The server would truncate a longer one, which would then name another object. */
  identifier(name: string, options: { required: true }): string;
  identifier(name: string, options?: { required?: boolean }): string | undefined;
  identifier(name: string, options: { required?: boolean } = {}): string | undefined {
    const value = this.text(name, options);
    if (value !== undefined && !isUnknown(value)) this.#identifierProblem(name, value);
    return value;
  }

  textOrNumber(name: string): string | number | undefined {
    // JSON has neither Infinity nor NaN.
    const fits = (found: unknown) => typeof found === "string" || Number.isFinite(found);
    return this.#of(name, "a string or a finite number", fits) as string | number | undefined;
  }

  flag(name: string): boolean | undefined {
    return this.#of(name, "true or false", (found) => typeof found === "boolean") as boolean | undefined;
  }

  integer(name: string, least: number, most: number): number | undefined {
    const expected = `a whole number from ${least} to ${most}`;
    const fits = (found: unknown) => Number.isInteger(found) && (found as number) >= least && (found as number) <= most;
    return this.#of(name, expected, fits) as number | undefined;
  }

  oneOf<T extends string>(name: string, ...choices: T[]): T | undefined {
    const expected = `one of ${choices.map((choice) => `"${choice}"`).join(", ")}`;
    const value = this.#of(name, expected, (found) => typeof found === "string") as T | undefined;
    if (value === undefined || isUnknown(value) || choices.includes(value)) return value;
    this.problem(name, `expected ${expected}, found another string`);
    return undefined;
  }

  /** A list, each entry of which `item` reads. A list that is unknown as a whole stays unknown. */
  list<T>(name: string, item: (value: unknown, path: string) => T | undefined): T[] | undefined {
    const value = this.#of(name, "a list", Array.isArray);
    if (!Array.isArray(value)) return value as T[] | undefined;
    return value.flatMap((entry, index) => {
      const read = isUnknown(entry) ? (entry as T) : item(entry, `${name}[${index}]`);
      return read === undefined ? [] : [read];
    });
  }

  identifiers(name: string): string[] | undefined {
    return this.list(name, (value, path) => {
      if (typeof value !== "string") this.problem(path, `expected a string, found ${kindOf(value)}`);
      else if (!this.#identifierProblem(path, value)) return value;
      return undefined;
    });
  }

  is(name: string, value: unknown): boolean {
    return this.#inputs[name] === value;
  }

  /** The arguments inside an object. Undefined if it is unknown or absent. */
  object(name: string): Arguments | undefined {
    const value = this.#of(name, "an object", (found) => typeof found === "object" && !Array.isArray(found));
    if (value === undefined || isUnknown(value)) return undefined;
    return new Arguments(value as Properties, `${this.#prefix}${name}.`);
  }

  #identifierProblem(path: string, value: string): boolean {
    const bytes = Buffer.byteLength(value);
    if (value === "") this.problem(path, "is empty");
    else if (value.includes("\0")) this.problem(path, "contains a NUL character");
    else if (bytes > 63) this.problem(path, `is ${bytes} bytes long, but Postgres truncates names to 63`);
    else return false;
    return true;
  }

  #of(name: string, expected: string, fits: (value: unknown) => boolean, required = false): unknown {
    const value = this.#inputs[name];
    if (value === undefined || value === null) {
      if (required) this.problem(name, "is required");
      return undefined;
    }
    if (isUnknown(value) || fits(value)) return value;
    // The value is not printed, since it may be a secret in the wrong place.
    this.problem(name, `expected ${expected}, found ${kindOf(value)}`);
    return undefined;
  }
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  const kind = typeof value;
  if (kind === "object") return "an object";
  return `a ${kind}`;
}

/** Sorts and removes duplicates, so that neither makes a diff. Changes nothing while an item is unknown. */
export function canonicalList<T>(list: T[] | undefined, compare: (a: T, b: T) => number): T[] | undefined {
  if (!Array.isArray(list) || list.some(hasUnknown)) return list;
  const sorted = [...list].sort(compare);
  return sorted.filter((item, index) => index === 0 || compare(sorted[index - 1] as T, item) !== 0);
}
