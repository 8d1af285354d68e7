import { delimiter } from "node:path";

/** Once per run, before any test: what the lock file names, a fresh build, and the Pulumi engine first on PATH. */
export default async function prepareRun(): Promise<void> {
  const { setUp } = await import("../../scripts/set-up.mjs");
  const { ensureEngine } = await import("../../scripts/engine.mjs");
  await setUp({ log: report });
  const { bin } = await ensureEngine({ log: report });
  process.env.PATH = `${bin}${delimiter}${process.env.PATH}`;
}

function report(line: string): void {
  process.stderr.write(`set-up: ${line}\n`);
}
