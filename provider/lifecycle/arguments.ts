import { hasUnknown, isUnknown } from "./unknown";

export type Properties = Record<string, unknown>;

interface TextOptions {
  required?: boolean;
  pattern?: RegExp;
  expected?: string;
}

/**
 * Reads one resource's arguments as a program of any language may have sent them: checks their kind, keeps what a
 * preview does not know yet as it is, and collects every problem instead of stopping at the first.
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

  /** Names that no argument has are typing errors, which would else be silently without effect. */
  only(...known: string[]): void {
    for (const name of Object.keys(this.#inputs)) {
      if (!known.includes(name) && name !== "__provider") this.problem(name, "there is no such argument");
    }
  }

  /** A required one that is missing is a problem, and inputs with a problem go nowhere. */
  text(name: string, options: TextOptions & { required: true }): string;
  text(name: string, options?: TextOptions): string | undefined;
  text(name: string, options: TextOptions = {}): string | undefined {
    const value = this.#of(name, "a string", (found) => typeof found === "string", options.required);
    if (typeof value !== "string" || isUnknown(value)) return value as string | undefined;
    if (value.includes("\0")) this.problem(name, "holds a NUL character");
    else if (options.pattern && !options.pattern.test(value)) this.problem(name, `expected ${options.expected}`);
    return value;
  }

  /** A name of Postgres: 1 to 63 bytes, else the server would cut it off and another object would be meant. */
  identifier(name: string, options: { required: true }): string;
  identifier(name: string, options?: { required?: boolean }): string | undefined;
  identifier(name: string, options: { required?: boolean } = {}): string | undefined {
    const value = this.text(name, options);
    if (value !== undefined && !isUnknown(value)) this.#identifierProblem(name, value);
    return value;
  }

  textOrNumber(name: string): string | number | undefined {
    // Infinity and NaN do not outlive the way through JSON.
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

  /** A list whose items `item` reads; a list that is unknown as a whole stays so. */
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

  /** An object's own arguments, read in place; unknown or absent gives undefined. */
  object(name: string): Arguments | undefined {
    const value = this.#of(name, "an object", (found) => typeof found === "object" && !Array.isArray(found));
    if (value === undefined || isUnknown(value)) return undefined;
    return new Arguments(value as Properties, `${this.#prefix}${name}.`);
  }

  #identifierProblem(path: string, value: string): boolean {
    const bytes = Buffer.byteLength(value);
    if (value === "") this.problem(path, "is empty");
    else if (value.includes("\0")) this.problem(path, "holds a NUL character");
    else if (bytes > 63) this.problem(path, `is ${bytes} bytes long; Postgres keeps 63`);
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
    // What was found is not printed: it may be a secret in the wrong place.
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

/** Sorted and without repetitions, so that neither makes a diff; left alone while an item is unknown. */
export function canonicalList<T>(list: T[] | undefined, compare: (a: T, b: T) => number): T[] | undefined {
  if (!Array.isArray(list) || list.some(hasUnknown)) return list;
  const sorted = [...list].sort(compare);
  return sorted.filter((item, index) => index === 0 || compare(sorted[index - 1] as T, item) !== 0);
}
