/** By code unit, not by locale: the order must be the same on every machine, or a list would show a diff. */

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
