const SHOWN = "[secret]";
/** Shorter ones would also blot out ordinary words; no message of ours quotes a password in the first place. */
const SHORTEST = 6;

/** Puts "[secret]" where a secret stands, in whatever spelling a server or an API may have quoted it. */
export function scrubber(secrets: readonly string[]): (text: string) => string {
  const spellings = [...new Set(secrets.filter((secret) => secret.length >= SHORTEST).flatMap(spellingsOf))]
    .filter((spelling) => spelling.length >= SHORTEST)
    // A longer one may hold a shorter one.
    .sort((a, b) => b.length - a.length);
  return (text) => {
    let clean = text.replace(/\b(postgres(?:ql)?:\/\/)[^\s"'<>`]*@/g, `$1${SHOWN}@`);
    for (const spelling of spellings) clean = clean.replaceAll(spelling, SHOWN);
    return clean;
  };
}

export function scrub(text: string, secrets: readonly string[]): string {
  return scrubber(secrets)(text);
}

/** Of everything inside a value that is printed or kept. */
export function scrubDeep<T>(value: T, clean: (text: string) => string): T {
  if (typeof value === "string") return clean(value) as T;
  if (Array.isArray(value)) return value.map((entry) => scrubDeep(entry, clean)) as T;
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, scrubDeep(entry, clean)])) as T;
}

function spellingsOf(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const plain = [
    secret,
    json,
    JSON.stringify(json).slice(1, -1),
    inAscii(json),
    secret.replaceAll("'", "''"),
    secret.replaceAll("\\", "\\\\").replaceAll("'", "''"),
    escapedForHtml(secret),
    ...percentEncoded(secret),
  ];
  const bytes = Buffer.from(secret);
  const hex = bytes.toString("hex");
  return [...plain, ...plain.map((spelling) => spelling.trim()), hex, hex.toUpperCase(), ...base64(bytes)];
}

function percentEncoded(secret: string): string[] {
  const strict = encodeURIComponent(secret).replace(/[!'()*]/g, percent);
  const all = [
    encodeURIComponent(secret),
    strict,
    encodeURI(secret),
    strict.replaceAll("%20", "+"),
    inUserInfo(secret),
  ];
  return all.flatMap((one) => [one, one.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())]);
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

/** As URLs are written out. */
function inUserInfo(secret: string): string {
  const url = new URL("http://host");
  url.password = secret;
  return url.password;
}

function inAscii(json: string): string {
  return json.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

const HTML: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function escapedForHtml(secret: string): string {
  return secret.replace(/[&<>"']/g, (character) => HTML[character] as string);
}

/** What base64 makes of it wherever it stands in a longer text, such as a header: the characters that depend on it alone. */
function base64(bytes: Buffer): string[] {
  const cores = [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    return encoded.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
  });
  return cores.flatMap((core) => [core, core.replaceAll("+", "-").replaceAll("/", "_")]);
}
