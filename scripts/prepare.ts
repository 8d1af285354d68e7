import { delimiter } from "node:path";

/** Builds what a script runs, and puts an engine on PATH, as `npm test` does first. */
export async function prepare(log: (line: string) => void = (line) => console.error(line)): Promise<void> {
  const { setUp } = await import("./set-up.mjs");
  const { ensureEngine } = await import("./engine.mjs");
  await setUp({ log });
  process.env.PATH = `${(await ensureEngine({ log })).bin}${delimiter}${process.env.PATH}`;
}
