/** By code unit, not by locale: the order must be the same on every machine, or a list would show a diff. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The first `most` of the names, and how many more there are. */
export function joinFirst(names: readonly string[], most: number): string {
  const shown = names.slice(0, most).join(", ");
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}
