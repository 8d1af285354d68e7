/** Words that a native engineer would not use here, and what to write instead. */
export const WORDS: readonly { word: string; out: RegExp; instead: string }[] = [
  { word: "mend", out: /\bmend(s|ed|ing)?\b/, instead: "fix" },
  { word: "cure", out: /\bcur(e|es|ed|ing)\b/, instead: "fix" },
  { word: "for ever", out: /\bfor ever\b/, instead: "permanently" },
  { word: "beside", out: /\bbeside\b/, instead: "next to, in addition to" },
  { word: "shall", out: /\bshall\b/, instead: "should, will" },
  { word: "somebody", out: /\bsomebody\b/, instead: "another user" },
  { word: "nobody", out: /\bnobody\b/, instead: "no one" },
  { word: "whoever", out: /\bwhoever\b/, instead: "name who" },
  { word: "wish", out: /\bwish(es|ed|ing)?\b/, instead: "desired, requested" },
  { word: "bears a mark", out: /\bbear(s|ing)?\b|\bborne\b/, instead: "carries" },
  { word: "gone on with", out: /\b(go|goes|going|gone|went) on with\b/, instead: "resume" },
  { word: "is told", out: /\b(is|are|was|were) told\b(?! apart)/, instead: "reports" },
  { word: "said by", out: /\bsaid by\b/, instead: "reports" },
  { word: "says of", out: /\bsa(y|ys|id) of\b/, instead: "reports" },
  { word: "as it stands", out: /\bas (it|they) (stands?|stood)\b/, instead: "as is, unchanged" },
  { word: "as it was left", out: /\bas (it|they) (was|were) left\b/, instead: "as is, unchanged" },
  { word: "is no superuser", out: /\b(is|are|was|were) no superusers?\b/, instead: "isn't a superuser" },
  { word: "over there", out: /\bover there\b/, instead: "name the thing" },
  { word: "of ours", out: /\bof (ours|those)\b/, instead: "name the thing" },
  { word: "never tried", out: /\bnever tried\b/, instead: "not tested yet" },
  { word: "every day", out: /\bevery day\b/, instead: "day-2 operations" },
  { word: "by now", out: /\bby now\b/, instead: "now" },
  { word: "meanwhile", out: /\bmeanwhile\b/, instead: "in the meantime, or name when" },
];

export function matches(out: RegExp, text: string): boolean {
  return new RegExp(out, "i").test(text);
}

/** The word, with what surrounds it. */
export function around(out: RegExp, text: string): string {
  return new RegExp(`.{0,60}(?:${out.source}).{0,60}`, "i").exec(text)?.[0] ?? text;
}
