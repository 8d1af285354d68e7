import * as fc from "fast-check";
import { figure, LONG } from "./long";

/** How often a property is tried: enough to find what is usual in a normal run, for a minute each in a long one. */
const RUNS = LONG ? 200_000 : 2_000;
const TIME_MS = LONG ? 60_000 : 4_000;

/** Ends at the time limit without an error; a failing example is printed in its smallest form, with the seed. */
export function holds<T>(values: fc.Arbitrary<T>, property: (value: T) => void, runs = RUNS): void {
  let tried = 0;
  const counted = fc.property(values, (value) => {
    tried++;
    property(value);
  });
  fc.assert(counted, { numRuns: runs, interruptAfterTimeLimit: TIME_MS });
  if (LONG) figure(`${tried} examples`);
}

/** `examples` are tried first, however little time there is. */
export async function holdsAsync<T>(
  values: fc.Arbitrary<T>,
  property: (value: T) => Promise<void>,
  examples: T[] = [],
): Promise<void> {
  let tried = 0;
  const counted = fc.asyncProperty(values, (value) => {
    tried++;
    return property(value);
  });
  const first = examples.map((example): [T] => [example]);
  await fc.assert(counted, { numRuns: RUNS, interruptAfterTimeLimit: TIME_MS, examples: first });
  if (LONG) figure(`${tried} examples`);
}

/** Characters that mean something to Postgres, URLs, JSON, our marks or a terminal, among others of all planes. */
const CHARACTER = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.constantFrom(..."'\"\\$;:/?#@%&=[]{}()<>|,.-_~!*+ \t\n\r\u0000\u0001\u001b\u007f\u2028é€😀"),
  },
  { weight: 2, arbitrary: fc.string({ minLength: 1, maxLength: 1 }) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", minLength: 1, maxLength: 1 }) },
);

export const text = (maxLength = 40): fc.Arbitrary<string> =>
  fc.array(CHARACTER, { maxLength }).map((characters) => characters.join(""));

/** What Postgres takes as text: no NUL, no half of a pair. */
export const storable = (maxLength?: number): fc.Arbitrary<string> =>
  text(maxLength).map((value) => Buffer.from(value.replaceAll("\0", "")).toString());
