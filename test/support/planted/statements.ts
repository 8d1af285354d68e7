import { BodyReader, type PostgresMessage, queryText } from "../postgres/messages";
import type { Wire } from "../wire/recording";

/** A statement as a client sent it, with the values of its first time. */
export interface Sent {
  text: string;
  values: (string | null)[];
}

/** Every statement that passes the wire while `work` runs, each text once. */
export async function statementsOf(wire: Wire, work: () => Promise<unknown>): Promise<Sent[]> {
  const sent = new Map<string, Sent>();
  let parsed: Sent | undefined;
  const note = (text: string): Sent => {
    const one = sent.get(text) ?? { text, values: [] };
    sent.set(text, one);
    return one;
  };
  wire.onMessage = ({ type, body }: PostgresMessage) => {
    if (type === "Q") note(queryText(body));
    if (type === "P") parsed = note(parsedText(body));
    if (type === "B" && parsed?.values.length === 0) parsed.values = boundValues(body);
    return undefined;
  };
  try {
    await work();
  } finally {
    wire.onMessage = undefined;
  }
  return [...sent.values()];
}

function parsedText(body: Buffer): string {
  const reader = new BodyReader(body);
  reader.string();
  return reader.string();
}

function boundValues(body: Buffer): (string | null)[] {
  const reader = new BodyReader(body);
  reader.string();
  reader.string();
  for (let formats = reader.int16(); formats > 0; formats--) reader.int16();
  return Array.from({ length: reader.int16() }, () => reader.value()?.toString("utf8") ?? null);
}

/** Those that read. */
export function selects(statements: Sent[]): Sent[] {
  return statements.filter(({ text }) => /^\s*(select|with)\b/i.test(text));
}

/** Formats and patterns are full of what elsewhere would be operators. */
export function withoutLiterals(statements: Sent[]): Sent[] {
  return statements.map((one) => ({ ...one, text: one.text.replace(/'[^']*'/g, "''") }));
}

/** What may be looked up by its name in a statement: whether the catalogs know it, they say. */
export interface Names {
  functions: string[];
  operators: string[];
  /** Types and relations are among these. */
  words: string[];
}

/** Operators that the grammar puts where the text has a word. */
const BY_WORD: [RegExp, string[]][] = [
  [/\blike\b/i, ["~~", "!~~"]],
  [/\bilike\b/i, ["~~*", "!~~*"]],
  [/\bbetween\b/i, [">=", "<=", "<", ">"]],
  [/\b(in|any|all|using|distinct|nullif|case)\b/i, ["=", "<>"]],
];

/** Also of the bodies of DO blocks, which are text of the statement. */
export function namesIn(statements: Sent[]): Names {
  const text = statements.map((one) => one.text.replace(/--.*$/gm, "")).join("\n");
  const all = (pattern: RegExp) => [...text.matchAll(pattern)].map(([whole, part]) => part ?? whole);
  const byWord = BY_WORD.flatMap(([word, operators]) => (word.test(text) ? operators : []));
  return {
    functions: unique(all(/\b([a-z_]\w*)\s*\(/gi).map((name) => name.toLowerCase())),
    // In the text an unequal sign may be the other one of its two spellings.
    operators: unique([...all(/[-+*/<>=~!@#%^&|`?]+/g), ...byWord].map((name) => (name === "!=" ? "<>" : name))),
    words: unique(all(/\b[a-z_]\w*\b/gi).map((name) => name.toLowerCase())),
  };
}

const unique = (names: string[]): string[] => [...new Set(names)].sort();
