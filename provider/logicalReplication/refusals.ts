import { refusal, type SourceError } from "../errors";
import { CORRECT_PROJECT } from "../neon/errors";

export function foreignHost({
  host,
  projectId,
  known,
}: {
  host: string;
  projectId: string;
  known: string[];
}): SourceError {
  return refusal(
    "foreignHost",
    `the connection's host ${host} is not an endpoint of project ${projectId}.`,
    `The endpoints of the project are: ${known.join(", ") || "none"}.`,
    CORRECT_PROJECT,
    "Nothing was changed.",
  );
}

export function consentNeeded(projectId: string, active: string): SourceError {
  return refusal(
    "restartNeeded",
    `logical replication is off in project ${projectId}.`,
    "Turning it on restarts every compute of the project once, which cuts open connections.",
    `Active now: ${active}.`,
    "The change is permanent: Neon cannot turn logical replication off again.",
    "To turn it on, set `allowRestart: true`.",
  );
}

export function notLogical(projectId: string, host: string, walLevel: string): SourceError {
  return refusal(
    "notLogical",
    `${contradiction(projectId, host, walLevel)}.`,
    "Either the host belongs to another project, or its compute has not restarted since.",
    "Correct the host, or restart the compute in Neon's console. Then run `pulumi up` again.",
  );
}

/** `why`: the lines of the error from connecting to the server after the restart. */
export function notBack(projectId: string, why: string): SourceError {
  return refusal(
    "notBack",
    `logical replication is on now in project ${projectId}, but connecting after the restart failed.`,
    why,
    "Run `pulumi up` again. It does not restart anything.",
    "To give the server more time, raise `connectTimeout`.",
  );
}

/** Neon's setting and the server disagree. */
export function contradiction(projectId: string, host: string, walLevel: string): string {
  return `project ${projectId} has logical replication on, but ${host} reports wal_level = ${walLevel}`;
}
