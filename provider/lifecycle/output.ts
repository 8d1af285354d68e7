import { scrubber } from "../scrub";

/** What was said already: nothing is said twice, however often it is tried. */
const said = new Set<string>();

/** What any resource of this process was told: what one knows, another may be quoted. */
const known = new Set<string>();
/** Made anew where another one is known. */
let scrub: ((text: string) => string) | undefined;

/** The one door for everything that is printed, thrown or kept as a sentence: it knows the secrets, and blots them out. */
export class Output {
  constructor(secrets: readonly string[]) {
    for (const secret of secrets) this.hide(secret);
  }

  /** One that was made or found meanwhile. */
  hide(secret: string | undefined): void {
    if (secret === undefined || known.has(secret)) return;
    known.add(secret);
    scrub = undefined;
  }

  readonly clean = (text: string): string => {
    scrub ??= scrubber([...known]);
    return scrub(text);
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
