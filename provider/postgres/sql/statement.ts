import { escapeIdentifier, escapeLiteral } from "pg";

/** One SQL statement: a single command, its values apart from its text. */
export interface Statement {
  readonly text: string;
  readonly values?: readonly unknown[];
  /** It carries a password, and so may what the server says of it. */
  readonly secret?: boolean;
  /** The role that it is carried out as, where that is not ours. */
  readonly actor?: string;
}

export type Row = Record<string, unknown>;

/** A statement that knows what its answer means. */
export interface Query<T> extends Statement {
  readonly read: (rows: readonly Row[]) => T;
}

/** What the queries of one round trip answer, each in its place. */
export type Answers<Queries extends readonly Query<unknown>[]> = {
  [Place in keyof Queries]: Queries[Place] extends Query<infer T> ? T : never;
};

export const identifier = escapeIdentifier;
export const literal = escapeLiteral;

export function statement(text: string, values?: readonly unknown[]): Statement {
  return values === undefined ? { text } : { text, values };
}

/** `T` names the columns of `text`, as the server sends them; nulls included. */
export function queryRows<T>(text: string, values?: readonly unknown[]): Query<T[]> {
  return { ...statement(text, values), read: (rows) => rows as readonly unknown[] as T[] };
}

/** Its first row, where there is any. */
export function queryRow<T>(text: string, values?: readonly unknown[]): Query<T | undefined> {
  return mapAnswer(queryRows<T>(text, values), ([row]) => row);
}

/** Of a statement that always answers with a row. */
export function queryOneRow<T>(text: string, values?: readonly unknown[]): Query<T> {
  return mapAnswer(queryRows<T>(text, values), ([row]) => {
    if (row === undefined) throw new Error(`no row was answered to: ${text.trim()}`);
    return row;
  });
}

export function mapAnswer<T, U>(query: Query<T>, change: (answer: T) => U): Query<U> {
  return { ...query, read: (rows) => change(query.read(rows)) };
}

/** Where a version has nothing to ask, or nothing has to be known: `nothing`, without looking at anything. */
export function queryNothing<T>(nothing: T): Query<T> {
  return { text: "select where false", read: () => nothing };
}

/** `"schema"."name"`. */
export function qualified(name: { schema: string; name: string }): string {
  return `${identifier(name.schema)}.${identifier(name.name)}`;
}
