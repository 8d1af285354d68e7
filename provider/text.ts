/** By code unit, not by locale: the order must be the same on every machine, or a list would show a diff. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The first `most` of the names, and how many more there are. */
export function joinFirst(names: readonly string[], most: number): string {
  const shown = names.slice(0, most).join(", ");
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}

/** The name that the fewest typing errors turn into this word. Undefined if it would take more than two. */
export function nearest(word: string, names: readonly string[]): string | undefined {
  const near = names.map((name) => ({ name, edits: countEdits(word, name) })).filter(({ edits }) => edits <= 2);
  return near.sort((a, b) => a.edits - b.edits)[0]?.name;
}

/** How many letters have to be typed, removed or changed (Levenshtein). */
function countEdits(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1];
    for (const [at, other] of [...to].entries())
      next.push(Math.min((row[at] ?? 0) + (letter === other ? 0 : 1), (row[at + 1] ?? 0) + 1, (next[at] ?? 0) + 1));
    row = next;
  }
  return row.at(-1) ?? 0;
}
