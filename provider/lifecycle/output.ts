import { scrubber } from "../scrub";

/** Everything that is printed, thrown or stored as a sentence goes through here, where the secrets are known and scrubbed. */
export class Output {
  /** The secrets of all resources of the run, since an error of one may quote a secret of another. */
  readonly #secrets = new Set<string>();
  /** Lines that were printed already. A line is printed once, however often the work behind it is retried. */
  readonly #said = new Set<string>();
  /** Made on first use: many secrets take long, and most runs print nothing. */
  #scrub: ((text: string) => string) | undefined;

  /** From now on, these are never printed. */
  hide(secrets: readonly (string | undefined)[]): void {
    const known = this.#secrets.size;
    for (const secret of secrets) if (secret !== undefined) this.#secrets.add(secret);
    if (this.#secrets.size > known) this.#scrub = undefined;
  }

  readonly clean = (text: string): string => {
    this.#scrub ??= scrubber([...this.#secrets]);
    return this.#scrub(text);
  };

  /** Pulumi shows what a provider writes to stderr under the stack, with neither severity nor resource. */
  readonly say = (text: string): void => {
    const line = this.clean(text);
    if (this.#said.has(line)) return;
    this.#said.add(line);
    console.error(line);
  };

  /** Prints the answer of a command. */
  print(text: string): void {
    console.log(this.clean(text));
  }

  /** Prints why a command has no answer. */
  fail(text: string): void {
    console.error(this.clean(text));
  }
}
