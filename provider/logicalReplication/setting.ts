import { directHost } from "../lifecycle/settings";
import type { NeonClient } from "../neon/client";
import type { Endpoint, ProjectSettings } from "../neon/project";
import type { Writes } from "../neon/settingsChange";
import { consentNeeded, foreignHost } from "./refusals";
import type { LogicalReplicationInputs } from "./state";

export async function isOn(neon: NeonClient, projectId: string): Promise<boolean> {
  return (await neon.readSettings(projectId)).enable_logical_replication === true;
}

/** The project's endpoints, which all restart when the setting changes. Undefined if it is on already. */
export async function listEndpointsIfOff(neon: NeonClient, projectId: string): Promise<Endpoint[] | undefined> {
  return (await isOn(neon, projectId)) ? undefined : neon.listEndpoints(projectId);
}

/** Refuses unless the connection is to this project, and the program allows the restart. */
export function refuseUnwantedRestart(
  host: string,
  { projectId, allowRestart }: Omit<LogicalReplicationInputs, "mark">,
  endpoints: Endpoint[],
): void {
  if (!endpoints.some((endpoint) => isAt(endpoint, host)))
    throw foreignHost({ host, projectId, known: endpoints.map((endpoint) => endpoint.host) });
  if (!allowRestart) throw consentNeeded(projectId, displayActive(endpoints));
}

export function displayActive(endpoints: Endpoint[]): string {
  const active = endpoints.filter(({ current_state: state }) => state === "active");
  return active.map(({ id, host }) => `${id} (${host})`).join(", ") || "none";
}

/** Tells whether the host is the one that the API names, or begins with the endpoint's id, as in a private network. */
function isAt(endpoint: Endpoint, host: string): boolean {
  const named = directHost(endpoint.host).toLowerCase();
  return named === host.toLowerCase() || host.toLowerCase().startsWith(`${endpoint.id.toLowerCase()}.`);
}

/** The setting to write, at most once. Undefined if it is on, or if Neon has carried out the write. */
export function planTurningOn(found: ProjectSettings, { carriedOut }: Writes): ProjectSettings | undefined {
  return found.enable_logical_replication || carriedOut > 0 ? undefined : { enable_logical_replication: true };
}

export async function turnOn(neon: NeonClient, projectId: string): Promise<void> {
  const changed = await neon.changeSettings(projectId, planTurningOn);
  if ("failure" in changed) throw changed.failure;
  // Another user turned it on first, and the restart is theirs.
  if (changed.writes.carriedOut === 0) await neon.waitForRunning(projectId);
}
