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

export const identifier = escapeIdentifier;
export const literal = escapeLiteral;

export function statement(text: string, values?: readonly unknown[]): Statement {
  return values === undefined ? { text } : { text, values };
}

/** `"schema"."name"`. */
export function qualified(name: { schema: string; name: string }): string {
  return `${identifier(name.schema)}.${identifier(name.name)}`;
}
