import { isUnclear } from "./errors";
import type { Operation } from "./operation";
import type { Operations } from "./operations";
import { type ProjectSettings, projectPath } from "./project";
import type { NeonReader } from "./reader";
import { type Attempt, sendRequest } from "./request";

/** The writes of one change so far. */
export interface Writes {
  readonly carriedOut: number;
  /** Nobody knows whether Neon carried them out. */
  readonly unclear: number;
}

export const NO_WRITES: Writes = { carriedOut: 0, unclear: 0 };

/** Says which settings to write over those found, or that all is as desired. */
export type Change = (found: ProjectSettings, writes: Writes) => ProjectSettings | undefined;

/** What became of a change: the settings as found last, or why it failed in the end; and all its writes in either case. */
export type Changed = ({ settings: ProjectSettings } | { failure: unknown }) & { writes: Writes };

/**
 * Reads, writes what `change` says, and begins anew with reading until `change` finds all as desired. So a write that was
 * refused for now is made of what is there then, and one whose answer was lost is never repeated blindly.
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
