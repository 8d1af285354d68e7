import { expect, test } from "vitest";
import { NAMES, readRecording } from "../../../scripts/pictures/files";
import { recordAll } from "../../../scripts/pictures/scene";

/** Without times and figures, and in one order: the engine works on several resources at once. */
function comparable(text: string): string[] {
  return text
    .replace(/\(\d[\d.]*m?s\)/g, "(time)")
    .replace(/^Duration: .*$/gm, "Duration: time")
    .split("\n")
    .sort();
}

test("README's program prints what README's pictures show; else run `npm run pictures`", {
  timeout: 300_000,
}, async () => {
  const recordings = await recordAll();
  expect(recordings.map(({ name }) => name)).toEqual(NAMES);
  for (const { name, command, text } of recordings) {
    const recorded = readRecording(name);
    expect(command).toBe(recorded.command);
    expect(comparable(text), name).toEqual(comparable(recorded.text));
  }
});
