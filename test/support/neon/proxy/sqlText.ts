/** One statement of a text, cut where the server would cut it. */
export interface SqlStatement {
  text: string;
  /** Keywords and bare names in upper case, other tokens as they are; a quoted name or string is one `"` or `'`. */
  words: string[];
  /** The values of its string constants, dollar-quoted ones included. */
  strings: string[];
}

// What a server with standard_conforming_strings takes for one token, the longest first.
const TOKENS: readonly [kind: string, pattern: RegExp][] = [
  ["space", /(?:\s+|--[^\n]*)+/y],
  ["comment", /\/\*/y],
  ["escaped", /[eE]'(?:[^'\\]|\\[\s\S]|'')*'/y],
  ["string", /(?:[bBxXnN]|[uU]&)?'(?:[^']|'')*'/y],
  ["dollar", /\$([A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y],
  ["name", /(?:[uU]&)?"(?:[^"]|"")*"/y],
  ["word", /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y],
  ["other", /[\s\S]/y],
];

export function readSql(text: string): SqlStatement[] {
  const statements: SqlStatement[] = [];
  let current: SqlStatement = { text: "", words: [], strings: [] };
  let begin = 0;
  const finish = (end: number): void => {
    current.text = text.slice(begin, end).trim();
    if (current.words.length > 0) statements.push(current);
    current = { text: "", words: [], strings: [] };
    begin = end + 1;
  };
  for (let position = 0; position < text.length; ) {
    const { kind, value } = tokenAt(text, position);
    const end = kind === "comment" ? endOfComment(text, position) : position + value.length;
    if (kind === "other" && value === ";") finish(position);
    else if (kind === "dollar") {
      const close = text.indexOf(value, end);
      const body = text.slice(end, close < 0 ? text.length : close);
      current.words.push("'");
      current.strings.push(body);
      position = end + body.length + value.length;
      continue;
    } else addToken(current, kind, value);
    position = end;
  }
  finish(text.length);
  return statements;
}

function tokenAt(text: string, position: number): { kind: string; value: string } {
  for (const [kind, pattern] of TOKENS) {
    pattern.lastIndex = position;
    const match = pattern.exec(text);
    if (match !== null) return { kind, value: match[0] };
  }
  throw new Error("Every character is a token.");
}

function addToken(statement: SqlStatement, kind: string, value: string): void {
  if (kind === "word") statement.words.push(value.toUpperCase());
  else if (kind === "name") statement.words.push('"');
  else if (kind === "other") statement.words.push(value);
  else if (kind === "string" || kind === "escaped") {
    const quoted = value.slice(value.indexOf("'") + 1, -1).replaceAll("''", "'");
    statement.words.push("'");
    statement.strings.push(kind === "escaped" ? withoutEscapes(quoted) : quoted);
  }
}

// Comments nest.
function endOfComment(text: string, begin: number): number {
  const marks = /\/\*|\*\//g;
  marks.lastIndex = begin;
  let depth = 0;
  for (let mark = marks.exec(text); mark !== null; mark = marks.exec(text)) {
    depth += mark[0] === "/*" ? 1 : -1;
    if (depth === 0) return marks.lastIndex;
  }
  return text.length;
}

const ESCAPES: Record<string, string> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

function withoutEscapes(quoted: string): string {
  return quoted.replace(/\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{1,2}|[0-7]{1,3}|[\s\S])/g, (_, code: string) => {
    if (/^[ux]./.test(code)) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    if (/^[0-7]/.test(code)) return String.fromCharCode(Number.parseInt(code, 8));
    return ESCAPES[code] ?? code;
  });
}
