import { parseArgs } from "node:util";
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

/** An option that begins like the word, or that two typing errors would turn into it. */
function suggest(word: string): string {
  const names = Object.keys(OPTIONS);
  const near = names
    .map((name) => ({ name, edits: name.startsWith(word) ? 0 : countEdits(word, name) }))
    .filter(({ edits }) => edits <= 2)
    .sort((a, b) => a.edits - b.edits);
  return near[0] === undefined ? "" : `\nDid you mean --${near[0].name}?`;
}

/** How many letters have to be typed, removed or changed (Levenshtein). */
function countEdits(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1];
    for (const [at, other] of [...to].entries())
      next.push(Math.min((row[at] ?? 0) + (letter === other ? 0 : 1), (row[at + 1] ?? 0) + 1, (next[at] ?? 0) + 1));
    row = next;
  }
  return row.at(-1) ?? 0;
}
