import { prepare } from "../prepare";
import { writeRecording } from "./files";
import { recordAll } from "./scene";

// `npm run pictures`: runs README's program on a local Neon, and draws README's pictures from what it printed.

async function main(): Promise<void> {
  await prepare();
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
