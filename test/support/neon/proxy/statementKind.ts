import { readSql, type SqlStatement } from "./sqlText";

/** Only texts with one of these words are looked at more closely. */
const NOTEWORTHY = /\b(?:role|user|group|do|publication|commit|end|begin|start)\b/i;

/** The statements of a text in which Neon may differ from vanilla Postgres; of all others, none. */
export const noteworthyStatements = (text: string): SqlStatement[] => (NOTEWORTHY.test(text) ? readSql(text) : []);

/** True of the statements that commit an open transaction. */
export const commits = ({ words }: SqlStatement): boolean =>
  ["COMMIT", "END"].includes(words[0] ?? "") && words[1] !== "PREPARED";

export const begins = ({ words }: SqlStatement): boolean =>
  words[0] === "BEGIN" || (words[0] === "START" && words[1] === "TRANSACTION");

/** True of every statement after which another transaction, or none, may be open. */
export const controlsTransaction = (statement: SqlStatement): boolean =>
  begins(statement) || commits(statement) || ["ROLLBACK", "ABORT"].includes(statement.words[0] ?? "");

/** True where a role may come out changed; the dynamic SQL of a DO block is not judged, it may always. */
export const mayChangeRoles = ({ words }: SqlStatement): boolean =>
  words[0] === "DO" ||
  (["CREATE", "ALTER"].includes(words[0] ?? "") && ["ROLE", "USER", "GROUP"].includes(words[1] ?? ""));

/** True where a block ends transactions itself, which it may only do outside of an open one. */
export const needsNoTransaction = (statement: SqlStatement): boolean =>
  statement.words[0] === "DO" && innerStatements(statement).some(({ words }) => words.some((word) => ENDING.has(word)));

const ENDING = new Set(["COMMIT", "ROLLBACK"]);

/** True of the publications that elsewhere only superusers make, and on Neon members of neon_superuser too. */
export const makesWidePublication = (statement: SqlStatement): boolean =>
  isWide(statement.words) ||
  (statement.words[0] === "DO" && innerStatements(statement, 2).some(({ words }) => isWide(words)));

function isWide(words: readonly string[]): boolean {
  const begin = words.indexOf("PUBLICATION");
  if (begin < 1 || words[begin - 1] !== "CREATE") return false;
  return hasSequence(words, ["FOR", "ALL", "TABLES"]) || hasSequence(words, ["TABLES", "IN", "SCHEMA"]);
}

const hasSequence = (words: readonly string[], sequence: readonly string[]): boolean =>
  words.some((_, begin) => sequence.every((word, index) => words[begin + index] === word));

/** The statements within a statement's strings, down to some depth of strings in strings. */
function innerStatements(statement: SqlStatement, depth = 1): SqlStatement[] {
  const inner = statement.strings.flatMap(readSql);
  return depth <= 1 ? inner : [...inner, ...inner.flatMap((one) => innerStatements(one, depth - 1))];
}

/** Every string constant, also those within the text of others: what may turn out to be a password. */
export function deepStrings(statement: SqlStatement, depth = 4): string[] {
  if (depth === 0) return [];
  const quoting = statement.strings.filter((value) => /['$]/.test(value));
  const inner = quoting.flatMap(readSql).flatMap((one) => deepStrings(one, depth - 1));
  return [...statement.strings, ...inner];
}
