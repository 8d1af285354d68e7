import { scrubber } from "../scrub";

/** What was said already: nothing is said twice, however often it is tried. */
const said = new Set<string>();

/** The one door for everything that is printed, thrown or kept as a sentence: it knows the secrets, and blots them out. */
export class Output {
  readonly #secrets: string[];
  #scrub: ((text: string) => string) | undefined;

  constructor(secrets: readonly string[]) {
    this.#secrets = [...secrets];
  }

  /** One that was made or found meanwhile. */
  hide(secret: string | undefined): void {
    if (secret === undefined || this.#secrets.includes(secret)) return;
    this.#secrets.push(secret);
    this.#scrub = undefined;
  }

  readonly clean = (text: string): string => {
    this.#scrub ??= scrubber(this.#secrets);
    return this.#scrub(text);
  };

  /** Pulumi shows what a provider writes to stderr under the stack, without a severity and without the resource. */
  readonly say = (text: string): void => {
    const line = this.clean(text);
    if (said.has(line)) return;
    said.add(line);
    console.error(line);
  };

  /** The answer of a command. */
  print(text: string): void {
    console.log(this.clean(text));
  }

  /** Why a command has no answer. */
  fail(text: string): void {
    console.error(this.clean(text));
  }
}
