import { refusal, type SourceError } from "../errors";
import { WRONG_PROJECT } from "../neon/errors";

export function foreignHost(place: { host: string; projectId: string; known: string[] }): SourceError {
  return refusal(
    "foreignHost",
    `the connection's host ${place.host} is no endpoint of project ${place.projectId} (its endpoints: ${place.known.join(", ") || "none"}). ` +
      WRONG_PROJECT,
  );
}

export function consentNeeded(projectId: string, active: string): SourceError {
  return refusal(
    "restartNeeded",
    `logical replication is off in project ${projectId}. Turning it on restarts every compute of the project, once, cutting open connections ` +
      `(active now: ${active}), and it is for ever: Neon has no way back. Consent with \`allowRestart: true\``,
  );
}

export function notLogical(projectId: string, host: string, walLevel: string): SourceError {
  return refusal(
    "notLogical",
    `${contradiction(projectId, host, walLevel)}. Either it is a host of another ` +
      "project, or its compute has not restarted since: restart it in Neon's console, then run `pulumi up` again",
  );
}

export function notBack(projectId: string, why: string): SourceError {
  return refusal(
    "notBack",
    `${why}. This was after the restart: logical replication is on now in project ${projectId}. Run \`pulumi up\` again, which ` +
      "restarts nothing more; `connectTimeout` gives the server more time",
  );
}

/** That Neon and the server disagree. */
export function contradiction(projectId: string, host: string, walLevel: string): string {
  return `project ${projectId} has logical replication on, but ${host} says wal_level = ${walLevel}`;
}
