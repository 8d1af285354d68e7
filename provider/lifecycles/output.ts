import { scrubber } from "../scrub";

/** What was said already: nothing is said twice, however often it is tried. */
const said = new Set<string>();

/** What any resource of this process was told: what one knows, another may be quoted. */
const known = new Set<string>();

/** The one door for everything that is printed, thrown or kept as a sentence: it knows the secrets, and blots them out. */
export class Output {
  #size = 0;
  #scrub: ((text: string) => string) | undefined;

  constructor(secrets: readonly string[]) {
    for (const secret of secrets) known.add(secret);
  }

  /** One that was made or found meanwhile. */
  hide(secret: string | undefined): void {
    if (secret !== undefined) known.add(secret);
  }

  readonly clean = (text: string): string => {
    if (!this.#scrub || this.#size !== known.size) this.#scrub = scrubber([...known]);
    this.#size = known.size;
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
