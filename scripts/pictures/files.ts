import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { renderPicture } from "./render";
import type { Recording } from "./scene";

const ROOT = resolve(__dirname, "../..");
export const NAMES = ["up", "check", "refresh"] as const;

/** Where README's pictures lie. */
export const pictureFile = (name: Recording["name"]) => join(ROOT, `docs/pictures/${name}.svg`);
const recordingFile = (name: Recording["name"]) => join(ROOT, `scripts/pictures/recorded/${name}.txt`);

export function writeRecording(recording: Recording): void {
  writeFileSync(recordingFile(recording.name), `$ ${recording.command}\n${recording.text}\n`);
  writeFileSync(pictureFile(recording.name), renderPicture(recording));
}

export function readRecording(name: Recording["name"]): Recording {
  const [first = "", ...lines] = readFileSync(recordingFile(name), "utf8").trimEnd().split("\n");
  return { name, command: first.replace(/^\$ /, ""), text: lines.join("\n") };
}
