import { scrubber } from "../scrub";

/** The one door for everything that is printed, thrown or kept as a sentence: it knows the secrets, and blots them out. */
export class Output {
  /** What any resource of the run was told: what one knows, another may be quoted. */
  readonly #secrets = new Set<string>();
  /** Nothing is said twice, however often it is tried. */
  readonly #said = new Set<string>();
  #scrub = scrubber([]);

  /** What must not be printed from now on. */
  hide(secrets: readonly (string | undefined)[]): void {
    const known = this.#secrets.size;
    for (const secret of secrets) if (secret !== undefined) this.#secrets.add(secret);
    if (this.#secrets.size > known) this.#scrub = scrubber([...this.#secrets]);
  }

  readonly clean = (text: string): string => this.#scrub(text);

  /** Pulumi shows what a provider writes to stderr under the stack, without a severity and without the resource. */
  readonly say = (text: string): void => {
    const line = this.clean(text);
    if (this.#said.has(line)) return;
    this.#said.add(line);
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
