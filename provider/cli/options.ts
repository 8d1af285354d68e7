import { parseArgs } from "node:util";
import { nearest } from "../text";
import { usageProblem } from "./refusals";

const OPTIONS = {
  uri: { type: "string" },
  role: { type: "string" },
  "password-stdin": { type: "boolean" },
  "connection-stdin": { type: "boolean" },
  publication: { type: "string" },
  table: { type: "string", multiple: true },
  exclude: { type: "string", multiple: true },
  mode: { type: "string" },
  slot: { type: "string" },
  problems: { type: "boolean" },
  "warnings-as-errors": { type: "boolean" },
  github: { type: "boolean" },
  json: { type: "boolean" },
} as const;

/** The options of `check`, as they were given. */
export type Options = ReturnType<typeof parseOptions>;

export function parseOptions(words: string[]) {
  try {
    return parseArgs({ args: words, options: OPTIONS }).values;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const unknown = /^Unknown option '--([\w-]+)'/.exec(message)?.[1];
    if (unknown !== undefined) throw usageProblem(`Unknown option '--${unknown}'.${suggest(unknown)}`);
    // Do not repeat a misplaced value: it may be a URI or a password.
    const harmless = code === "ERR_PARSE_ARGS_INVALID_OPTION_VALUE" || /^Unknown option '-\w+'/.test(message);
    throw usageProblem(harmless ? message : "check takes only options, such as --uri <uri> and --table <name>.");
  }
}

/** An option that begins like the word, or that typing errors would turn into it. */
function suggest(word: string): string {
  const names = Object.keys(OPTIONS);
  const near = names.find((name) => name.startsWith(word)) ?? nearest(word, names);
  return near === undefined ? "" : `\nDid you mean --${near}?`;
}
