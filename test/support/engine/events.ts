import { readFileSync } from "node:fs";

interface SummaryEvent {
  summaryEvent?: { isPreview: boolean; resourceChanges: Record<string, number> };
}

/** How many resources saw which operation, by the engine's own count at the end of a run. */
export function readChanges(file: string, preview: boolean): Record<string, number> {
  let changes: Record<string, number> = {};
  for (const line of readEvents(file)) {
    const { summaryEvent } = JSON.parse(line) as SummaryEvent;
    if (summaryEvent?.isPreview === preview) changes = summaryEvent.resourceChanges;
  }
  return changes;
}

function readEvents(file: string): string[] {
  try {
    return readFileSync(file, "utf8")
      .split("\n")
      .filter((line) => line.includes('"summaryEvent"'));
  } catch {
    // A run that failed before it began writes none.
    return [];
  }
}
