import { inspect } from "node:util";
import { SecretSearch } from "../secretSearch";

const escaped = (secret: string, pattern: RegExp, spell: (character: string) => string): string =>
  secret.replace(pattern, spell);
const hex = (character: string, width: number): string => character.charCodeAt(0).toString(16).padStart(width, "0");
const strictly = (secret: string): string =>
  escaped(encodeURIComponent(secret), /[!'()*]/g, (character) => `%${hex(character, 2).toUpperCase()}`);
const base64 = (text: string): string => Buffer.from(text).toString("base64");
const NAMED: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** How servers, proxies and their pages spell what they were sent. */
export const FORMS: Readonly<Record<string, (secret: string) => string>> = {
  "as given": (secret) => secret,
  "percent-encoded": encodeURIComponent,
  "percent-encoded strictly": strictly,
  "percent-encoded in lower case": (secret) =>
    escaped(strictly(secret), /%[0-9A-F]{2}/g, (character) => character.toLowerCase()),
  "as a form has it": (secret) => new URLSearchParams({ "": secret }).toString().slice(1),
  "in the base64 of itself": base64,
  "in the base64 of a name and itself": (secret) => `Basic ${base64(`app:${secret}`)}`,
  "in the base64 of a short name and itself": (secret) => `Basic ${base64(`u:${secret}`)}`,
  "in the base64 of URLs": (secret) => Buffer.from(secret).toString("base64url"),
  "in JSON": (secret) => JSON.stringify(secret).slice(1, -1),
  "in JSON in JSON": (secret) => JSON.stringify(JSON.stringify(secret)).slice(3, -3),
  "in JSON with all escapes": (secret) => escaped(secret, /[^\w.-]/g, (character) => `\\u${hex(character, 4)}`),
  "in JSON with all escapes in upper case": (secret) =>
    escaped(secret, /[^\w.-]/g, (character) => `\\u${hex(character, 4).toUpperCase()}`),
  "in the JSON of Go": (secret) =>
    escaped(JSON.stringify(secret).slice(1, -1), /[&<>]/g, (character) => `\\u${hex(character, 4)}`),
  "in JSON with slashes escaped": (secret) => JSON.stringify(secret).slice(1, -1).replaceAll("/", "\\/"),
  "in HTML": (secret) => escaped(secret, /[&<>"']/g, (character) => NAMED[character] ?? character),
  "in HTML by numbers": (secret) => escaped(secret, /[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`),
  "in HTML by hexadecimal numbers": (secret) => escaped(secret, /[&<>"']/g, (character) => `&#x${hex(character, 2)};`),
  "in SQL": (secret) => secret.replaceAll("'", "''"),
};

/** A search for these secrets in all those forms. */
export function searchFor(secrets: Readonly<Record<string, string>>): SecretSearch {
  const search = new SecretSearch();
  for (const [name, secret] of Object.entries(secrets))
    for (const [form, spell] of Object.entries(FORMS)) search.secret(`${name} ${form}`, spell(secret));
  return search;
}

/** One place for each secret and each of its spellings: a hole shows everywhere. */
export function leaks(search: SecretSearch): string[] {
  const bySpelling = new Map(search.found().map((hit) => [/: (.*?), /.exec(hit)?.[1], hit]));
  return [...bySpelling.values()];
}

/** All that an error shows when it is printed, in whatever way; what is kept for the state is not printed. */
export function printed(error: Error): string {
  const { message, stack, properties: _, ...rest } = error as Error & { properties?: unknown };
  const { reasons } = rest as { reasons?: unknown };
  return [message, stack, String(error), inspect(reasons), inspect(rest, { depth: 9 })].join("\n");
}

/** As it is, and without the ends of lines: a secret with a space in it may be broken there. */
export function wrote(search: SecretSearch, where: string, text: string): void {
  search.wrote(where, text);
  search.wrote(`${where}, in one line`, text.replace(/\s+/g, " "));
}
