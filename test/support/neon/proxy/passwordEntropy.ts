// Neon's control plane judges passwords with the Go library wagslane/go-password-validator; this is its version 0.3.0.

const CLASSES = {
  replace: "!@$&*",
  separator: "_-., ",
  special: "\"#%'()+/:;<=>?[\\]^{|}~",
  lower: "abcdefghijklmnopqrstuvwxyz",
  upper: "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
  digit: "0123456789",
} as const;

const ASCENDING = ["0123456789", "qwertyuiop", "asdfghjkl", "zxcvbnm", "abcdefghijklmnopqrstuvwxyz"];
const SEQUENCES = [...ASCENDING, ...ASCENDING.map((sequence) => [...sequence].reverse().join(""))];

/** What is wrong with a password of too few bits, in the library's words; undefined for a good one. */
export function passwordProblem(password: string, minimumBits: number): string | undefined {
  if (passwordEntropy(password) >= minimumBits) return undefined;
  const has = (name: keyof typeof CLASSES): boolean => [...password].some((one) => CLASSES[name].includes(one));
  const advice: string[] = [];
  if (!has("special") || !has("separator") || !has("replace")) advice.push("including more special characters");
  if (!has("lower")) advice.push("using lowercase letters");
  if (!has("upper")) advice.push("using uppercase letters");
  if (!has("digit")) advice.push("using numbers");
  const tail = "using a longer password";
  return `insecure password, try ${advice.length > 0 ? `${advice.join(", ")} or ${tail}` : tail}`;
}

export function passwordEntropy(password: string): number {
  const base = alphabetSize(password);
  return base === 0 ? 0 : Math.log2(base) * countedLength(password);
}

function alphabetSize(password: string): number {
  const characters = new Set(password);
  const classes = Object.values(CLASSES);
  const used = classes.filter((members) => [...characters].some((one) => members.includes(one)));
  const others = [...characters].filter((one) => !classes.some((members) => members.includes(one)));
  return used.reduce((sum, members) => sum + members.length, others.length);
}

/** The length in bytes without what makes a password long but not hard to guess. */
function countedLength(password: string): number {
  let characters = withoutRepetition([...password]);
  for (const sequence of SEQUENCES) characters = withoutSequence(characters, sequence);
  return Buffer.byteLength(characters.join(""));
}

function withoutRepetition(characters: string[]): string[] {
  const kept = [...characters];
  let [previous, beforePrevious] = ["", ""];
  for (let index = 0; index < kept.length; index++) {
    const character = kept[index] as string;
    if (character === previous && character === beforePrevious) kept.splice(index--, 1);
    [beforePrevious, previous] = [previous, character];
  }
  return kept;
}

// The library's loops exactly: a match moves both on, and the count survives from one pass over the sequence to the next.
function withoutSequence(characters: string[], sequence: string): string[] {
  const kept = [...characters];
  let matches = 0;
  for (let index = 0; index < kept.length; index++) {
    for (const expected of sequence) {
      if (index >= kept.length) break;
      if (kept[index] !== expected) {
        matches = 0;
        continue;
      }
      matches++;
      if (matches > 2) kept.splice(index, 1);
      else index++;
    }
  }
  return kept;
}
