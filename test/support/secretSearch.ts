import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Everything that was written, by where; and the secrets that may not be in it, by name. */
export class SecretSearch {
  readonly #written: { where: string; text: string }[] = [];
  readonly #secrets = new Map<string, string>();

  secret(name: string, value: string): void {
    // A short one would be found by chance.
    if (value.length < 12) throw new Error(`${name} is too short to be searched for`);
    this.#secrets.set(name, value);
  }

  wrote(where: string, text: string): void {
    this.#written.push({ where, text });
  }

  /** All files under the folder, but for what is linked into it. */
  wroteFiles(where: string, folder: string, reduce: (text: string) => string): void {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) this.wroteFiles(`${where}/${entry.name}`, path, reduce);
      else if (entry.isFile()) this.wrote(`${where}/${entry.name}`, reduce(readFileSync(path, "utf8")));
    }
  }

  get size(): { texts: number; characters: number } {
    return { texts: this.#written.length, characters: this.#written.reduce((sum, { text }) => sum + text.length, 0) };
  }

  /** Where which secret stands in which form, with what stands before it. */
  found(): string[] {
    const hits = [...this.#secrets].flatMap(([name, value]) =>
      Object.entries(formsOf(value)).flatMap(([form, pattern]) =>
        this.#written.flatMap(({ where, text }) => {
          const at = text.indexOf(pattern);
          if (at < 0) return [];
          return [`${where}: ${name}, ${form}, after …${text.slice(Math.max(at - 120, 0), at).replace(/\s+/g, " ")}`];
        }),
      ),
    );
    return [...new Set(hits)];
  }
}

/** As it is, and as other formats write it. */
function formsOf(secret: string): Record<string, string> {
  const forms: Record<string, string> = {
    plain: secret,
    "in a URL": encodeURIComponent(secret),
    "in JSON": JSON.stringify(secret).slice(1, -1),
    "in JSON in JSON": JSON.stringify(JSON.stringify(secret)).slice(3, -3),
    "in SQL": secret.replaceAll("'", "''"),
    hexadecimal: Buffer.from(secret).toString("hex"),
  };
  for (const shift of [0, 1, 2]) forms[`base64, shifted by ${shift}`] = base64Core(secret, shift);
  return forms;
}

/** What base64 makes of it wherever it stands in a longer text: the characters that depend on it alone. */
function base64Core(secret: string, shift: number): string {
  const encoded = Buffer.from("x".repeat(shift) + secret)
    .toString("base64")
    .replace(/=+$/, "");
  const before = Math.ceil((shift * 8) / 6);
  const bits = (shift + Buffer.byteLength(secret)) * 8;
  return encoded.slice(before, Math.floor(bits / 6));
}
