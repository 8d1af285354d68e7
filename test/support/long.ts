import { TestRunner } from "vitest";

declare module "vitest" {
  interface TaskMeta {
    /** What a long proof counted, printed at the end of the run. */
    figures?: string[];
  }
}

/** Whether long proofs run whole (`npm run test:long`); else each takes at most a minute. */
export const LONG = process.env.LONG === "1";

/** Says what the running test has counted: printed at the end of the whole run, whatever else was printed meanwhile. */
export function figure(text: string): void {
  const { meta } = TestRunner.getCurrentTest() ?? {};
  if (meta === undefined) throw new Error("figure() belongs inside a test");
  meta.figures = [...(meta.figures ?? []), text];
}
