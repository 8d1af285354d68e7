import { delimiter } from "node:path";
import { writeRecording } from "./files";
import { recordAll } from "./scene";

// `npm run pictures`: runs README's program on a local Neon, and draws README's pictures from what it printed.

async function main(): Promise<void> {
  const { setUp } = await import("../set-up.mjs");
  const { ensureEngine } = await import("../engine.mjs");
  const log = (line: string) => console.error(line);
  await setUp({ log });
  process.env.PATH = `${(await ensureEngine({ log })).bin}${delimiter}${process.env.PATH}`;
  for (const recording of await recordAll()) {
    writeRecording(recording);
    console.log(`docs/pictures/${recording.name}.svg: ${recording.text.split("\n").length} lines`);
  }
}

main().then(
  () => process.exit(),
  (error: Error) => {
    console.error(error.message);
    process.exit(1);
  },
);
