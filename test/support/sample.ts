import { LONG } from "./long";

/** A few of many, others in each run, in their order; all of them in a long run. The chosen are in the titles of the tests. */
export function sample<T>(all: readonly T[], count: number): T[] {
  if (LONG) return [...all];
  const left = all.map((_one, index) => index);
  const chosen = Array.from({ length: Math.min(count, all.length) }, () =>
    left.splice(Math.floor(Math.random() * left.length), 1),
  );
  return chosen
    .flat()
    .sort((a, b) => a - b)
    .flatMap((index) => all.slice(index, index + 1));
}
