import { escapeIdentifier, escapeLiteral } from "pg";

/** One SQL command, with its values separate from its text. */
export interface Statement {
  readonly text: string;
  readonly values?: readonly unknown[];
  /** It carries a password, so the server's errors about it may too. */
  readonly secret?: boolean;
  /** The role that runs it, if not the admin. */
  readonly actor?: string;
}

export type Row = Record<string, unknown>;

/** A statement that knows how to read its answer. */
export interface Query<T> extends Statement {
  readonly read: (rows: readonly Row[]) => T;
}

/** The answers of several queries, in their order. */
export type Answers<Queries extends readonly Query<unknown>[]> = {
  [Place in keyof Queries]: Queries[Place] extends Query<infer T> ? T : never;
};

export const identifier = escapeIdentifier;
export const literal = escapeLiteral;

export function statement(text: string, values?: readonly unknown[]): Statement {
  return values === undefined ? { text } : { text, values };
}

/** `T` describes the columns of `text` as the server sends them, including nulls. */
export function queryRows<T>(text: string, values?: readonly unknown[]): Query<T[]> {
  return { ...statement(text, values), read: (rows) => rows as readonly unknown[] as T[] };
}

/** The first row, if any. */
export function queryRow<T>(text: string, values?: readonly unknown[]): Query<T | undefined> {
  return mapAnswer(queryRows<T>(text, values), ([row]) => row);
}

/** The row of a statement that always returns one. */
export function queryOneRow<T>(text: string, values?: readonly unknown[]): Query<T> {
  return mapAnswer(queryRows<T>(text, values), ([row]) => {
    if (row === undefined) throw new Error(`no row was returned by: ${text.trim()}`);
    return row;
  });
}

export function mapAnswer<T, U>(query: Query<T>, change: (answer: T) => U): Query<U> {
  return { ...query, read: (rows) => change(query.read(rows)) };
}

/** Reads nothing and answers `nothing`, where the version lacks the object or the answer is not needed. */
export function queryNothing<T>(nothing: T): Query<T> {
  return { text: "select where false", read: () => nothing };
}

/** `"schema"."name"`. */
export function qualified(name: { schema: string; name: string }): string {
  return `${identifier(name.schema)}.${identifier(name.name)}`;
}
