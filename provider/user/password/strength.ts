import { randomInt } from "node:crypto";
import { weakPassword } from "../refusals";

/** Neon refuses a password with less entropy at COMMIT. It counts with the formula of wagslane/go-password-validator v0.3.0. */
export const LEAST_BITS = 60;

const CLASSES: readonly string[] = [
  "!@$&*",
  "_-., ",
  "\"#%'()+/:;<=>?[\\]^{|}~",
  "abcdefghijklmnopqrstuvwxyz",
  "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
  "0123456789",
];
const SEQUENCES: readonly string[] = ["0123456789", "qwertyuiop", "asdfghjkl", "zxcvbnm", "abcdefghijklmnopqrstuvwxyz"];

/** log2 of (size of the alphabet in use) to the power of (length without repetitions and sequences). */
export function passwordBits(password: string): number {
  const base = alphabetSize(password);
  return base === 0 ? 0 : countedLength(password) * Math.log2(base);
}

/** What is wrong with a password that Neon would refuse. */
export function weaknessOf(password: string): string | undefined {
  const bits = passwordBits(password);
  if (bits >= LEAST_BITS) return undefined;
  const found = Math.floor(bits);
  return `has about ${found} bits of entropy, and Neon requires at least ${LEAST_BITS}.\nMake it longer, with more kinds of characters.`;
}

/** Call this for a password that will be set. A password that a role already accepts may be weak. */
export function refuseWeakPassword(password: string): void {
  const weakness = weaknessOf(password);
  if (weakness !== undefined) throw weakPassword(weakness);
}

function alphabetSize(password: string): number {
  const characters = [...new Set(password)];
  const used = CLASSES.filter((members) => characters.some((character) => members.includes(character)));
  const others = characters.filter((character) => !CLASSES.some((members) => members.includes(character)));
  return used.reduce((sum, members) => sum + members.length, others.length);
}

function countedLength(password: string): number {
  let rest = withoutRepetitions([...password]);
  for (const sequence of SEQUENCES) rest = withoutSequence(rest, [...sequence]);
  for (const sequence of SEQUENCES) rest = withoutSequence(rest, [...sequence].reverse());
  return Buffer.byteLength(rest.join(""));
}

/** Three or more equal characters in a row count as two. */
function withoutRepetitions(characters: string[]): string[] {
  return characters.filter((character, at) => character !== characters[at - 1] || character !== characters[at - 2]);
}

/** Walks like the original: the inner loop moves the position too, so a longer run loses its third character and all later ones. */
function withoutSequence(characters: string[], sequence: string[]): string[] {
  const rest = [...characters];
  let matches = 0;
  for (let at = 0; at < rest.length; at++) {
    for (const expected of sequence) {
      if (at >= rest.length) break;
      if (rest[at] !== expected) {
        matches = 0;
        continue;
      }
      matches++;
      if (matches > 2) rest.splice(at, 1);
      else at++;
    }
  }
  return rest;
}

/** Characters that need no quoting in a URL, a shell or a `.env` file. */
const LETTERS = ["ABCDEFGHJKLMNPQRSTUVWXYZ", "abcdefghijkmnopqrstuvwxyz", "23456789", "-_.~"] as const;
const GENERATED_LENGTH = 32;

/** Generates 32 characters from four classes. */
export function generatePassword(): string {
  for (;;) {
    const all = LETTERS.join("");
    const password = Array.from({ length: GENERATED_LENGTH }, () => all.charAt(randomInt(all.length))).join("");
    const complete = LETTERS.every((members) => [...members].some((character) => password.includes(character)));
    if (complete && passwordBits(password) >= 2 * LEAST_BITS) return password;
  }
}
