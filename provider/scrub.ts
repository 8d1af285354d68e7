const SHOWN = "[secret]";
/** Shorter secrets would also hide ordinary words, and no message of this package quotes a password anyway. */
const SHORTEST = 6;

/** Replaces each secret with "[secret]", in any spelling in which a server or an API may quote it. */
export function scrubber(secrets: readonly string[]): (text: string) => string {
  const known = [...new Set(secrets)].filter((secret) => secret.length >= SHORTEST).sort((a, b) => b.length - a.length);
  const patterns = known.map((secret) => new RegExp([secret, secret.trim()].map(anySpelling).join("|"), "gu"));
  const encoded = known.flatMap((secret) => inBytes(Buffer.from(secret))).filter((one) => one.length >= SHORTEST);
  encoded.sort((a, b) => b.length - a.length);
  return (text) => {
    let clean = text.replace(/\b(postgres(?:ql)?:\/\/)[^\s"'<>`]*@/g, `$1${SHOWN}@`);
    for (const pattern of patterns) clean = clean.replace(pattern, SHOWN);
    for (const one of encoded) clean = clean.replaceAll(one, SHOWN);
    return clean;
  };
}

/** Encodings of the secret as a whole. */
function inBytes(bytes: Buffer): string[] {
  const hex = bytes.toString("hex");
  return [hex, hex.toUpperCase(), ...base64(bytes)];
}

/** Each character may be escaped separately, as in URLs, JSON, HTML or SQL. */
function anySpelling(secret: string): string {
  return [...secret].map((character) => `(?:${spellings(character).join("|")})`).join("");
}

const NAMES: Readonly<Record<string, string>> = { "&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos" };
const SHORT: Readonly<Record<string, string>> = { "\n": "n", "\t": "t", "\r": "r", "\b": "b", "\f": "f" };

function spellings(character: string): string[] {
  const code = character.codePointAt(0) as number;
  const bytes = [...Buffer.from(character)].map((byte) => `%${anyCase(byte.toString(16).padStart(2, "0"))}`);
  const units = character.split("").map((unit) => `\\\\+u${anyCase(unit.charCodeAt(0).toString(16).padStart(4, "0"))}`);
  return [
    ...(character === "'" ? ["''"] : []),
    `\\\\*${literal(character)}`,
    bytes.join(""),
    units.join(""),
    `&#0*${code};`,
    `&#[xX]0*${anyCase(code.toString(16))};`,
    ...(NAMES[character] ? [`&${NAMES[character]};`] : []),
    ...(SHORT[character] ? [`\\\\+${SHORT[character]}`] : []),
    ...(character === " " ? ["\\+"] : []),
  ];
}

const literal = (character: string): string => character.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
const anyCase = (hex: string): string => hex.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);

export function scrub(text: string, secrets: readonly string[]): string {
  return scrubber(secrets)(text);
}

/** Scrubs every text inside a value that is printed or stored. */
export function scrubDeep<T>(value: T, clean: (text: string) => string): T {
  if (typeof value === "string") return clean(value) as T;
  if (Array.isArray(value)) return value.map((entry) => scrubDeep(entry, clean)) as T;
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, scrubDeep(entry, clean)])) as T;
}

/**
 * The base64 of the secret at any position in a longer text, such as a header: the characters that depend on the secret alone.
 */
function base64(bytes: Buffer): string[] {
  const cores = [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    return encoded.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
  });
  return cores.flatMap((core) => [core, core.replaceAll("+", "-").replaceAll("/", "_")]);
}
