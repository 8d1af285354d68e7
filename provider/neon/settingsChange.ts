import { isUnclear } from "./errors";
import type { Operation } from "./operation";
import type { Operations } from "./operations";
import { type ProjectSettings, projectPath } from "./project";
import type { NeonReader } from "./reader";
import { type Attempt, sendRequest } from "./request";

/** How many writes one change has sent so far. */
export interface Writes {
  readonly carriedOut: number;
  /** Writes that Neon may or may not have carried out. */
  readonly unclear: number;
}

export const NO_WRITES: Readonly<Writes> = { carriedOut: 0, unclear: 0 };

/** Returns the settings to write, given those found. Undefined if everything is as desired. */
export type Change = (found: ProjectSettings, writes: Writes) => ProjectSettings | undefined;

/** The outcome of a change: the settings as last read, or why it failed in the end. Either way, with all its writes. */
export type Changed = ({ settings: ProjectSettings } | { failure: unknown }) & { writes: Writes };

/**
 * Reads the settings, writes what `change` returns, and starts over with reading until `change` returns undefined. So a write
 * that Neon refused for now is rebuilt from the settings at that time, and one whose answer was lost is never repeated blindly.
 */
export async function changeSettings(
  reader: NeonReader,
  operations: Operations,
  projectId: string,
  change: Change,
  before: Writes,
): Promise<Changed> {
  const retries = reader.retries();
  let writes = before;
  try {
    for (;;) {
      const found = await readSettings(reader, projectId);
      const settings = change(found, writes);
      if (settings === undefined) return { settings: found, writes };
      const outcome = await writeSettings(reader, projectId, settings);
      writes = countWrite(writes, outcome);
      if ("value" in outcome) {
        await operations.waitFor(projectId, outcome.value.operations ?? []);
        await retries.beginAnew(writes.carriedOut);
      } else {
        await retries.pauseAfter(outcome.failure, writes.unclear);
        if (isUnclear(outcome.failure)) await operations.waitForRunning(projectId);
      }
    }
  } catch (failure) {
    return { failure, writes };
  }
}

export async function readSettings(reader: NeonReader, projectId: string): Promise<ProjectSettings> {
  const path = projectPath(projectId);
  return (await reader.read<{ project: { settings?: ProjectSettings } }>(path, "project")).project.settings ?? {};
}

interface Written {
  operations?: Operation[];
}

function writeSettings({ access }: NeonReader, projectId: string, settings: ProjectSettings) {
  return sendRequest<Written>(access, {
    method: "PATCH",
    path: projectPath(projectId),
    body: { project: { settings } },
  });
}

function countWrite({ carriedOut, unclear }: Writes, outcome: Attempt<Written>): Writes {
  if ("value" in outcome) return { carriedOut: carriedOut + 1, unclear };
  return { carriedOut, unclear: isUnclear(outcome.failure) ? unclear + 1 : unclear };
}
