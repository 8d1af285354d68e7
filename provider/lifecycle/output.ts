import { scrubber } from "../scrub";

/** A sentence about a resource, or about the connection of a whole provider. */
export interface Said {
  severity: "warning" | "info";
  text: string;
  /** The type of the resource, and its name in the program. */
  subject?: string;
}

/** Where a front shows what is said. */
export type Voice = (said: Said) => void;

/** Everything that is printed, thrown or stored as a sentence goes through here, where the secrets are known and scrubbed. */
export class Output {
  /** The secrets of all resources of the run, since an error of one may quote a secret of another. */
  readonly #secrets = new Set<string>();
  /** Lines that were printed already. A line is printed once, however often the work behind it is retried. */
  readonly #said = new Set<string>();
  readonly #voice: Voice;
  /** Made on first use: many secrets take long, and most runs print nothing. */
  #scrub: ((text: string) => string) | undefined;

  constructor(voice: Voice = writeLine) {
    this.#voice = voice;
  }

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

  readonly say = ({ severity, text, subject }: Said): void => {
    const said = { severity, text: this.clean(text), ...(subject !== undefined && { subject: this.clean(subject) }) };
    const line = lineOf(said);
    if (this.#said.has(line)) return;
    this.#said.add(line);
    this.#voice(said);
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

function lineOf({ severity, text, subject }: Said): string {
  return `${severity === "warning" ? "warning: " : ""}${subject === undefined ? "" : `${subject}: `}${text}`;
}

/** Pulumi shows what a dynamic provider writes to stderr under the stack, with neither severity nor resource. */
function writeLine(said: Said): void {
  console.error(lineOf(said));
}
