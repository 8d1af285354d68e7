import type { Context } from "../lifecycle/context";
import { directHost } from "../lifecycle/settings";
import type { NeonClient } from "../neon/client";
import type { Endpoint } from "../neon/project";
import { consentNeeded, foreignHost } from "./refusals";
import type { LogicalReplicationInputs } from "./state";

export async function isOn(neon: NeonClient, projectId: string): Promise<boolean> {
  return (await neon.readSettings(projectId)).enable_logical_replication === true;
}

/** The project's endpoints, all of which a change of the setting restarts; undefined where it is on already. */
export async function listEndpointsIfOff(neon: NeonClient, projectId: string): Promise<Endpoint[] | undefined> {
  return (await isOn(neon, projectId)) ? undefined : neon.listEndpoints(projectId);
}

/** Makes sure that the restart is wanted, and of this project. */
export function refuseUnwantedRestart(
  context: Context,
  { projectId, allowRestart }: LogicalReplicationInputs,
  endpoints: Endpoint[],
): void {
  const { host } = context.postgres.settings;
  if (!endpoints.some((endpoint) => isAt(endpoint, host)))
    throw foreignHost({ host, projectId, known: endpoints.map((endpoint) => endpoint.host) });
  if (!allowRestart) throw consentNeeded(projectId, displayActive(endpoints));
}

export function displayActive(endpoints: Endpoint[]): string {
  const active = endpoints.filter(({ current_state: state }) => state === "active");
  return active.map(({ id, host }) => `${id} (${host})`).join(", ") || "none";
}

/** Under the host that the API names, or another that begins with the endpoint's id, as in a private network. */
function isAt(endpoint: Endpoint, host: string): boolean {
  const named = directHost(endpoint.host).toLowerCase();
  return named === host.toLowerCase() || host.toLowerCase().startsWith(`${endpoint.id.toLowerCase()}.`);
}

export async function turnOn(neon: NeonClient, projectId: string): Promise<void> {
  const changed = await neon.changeSettings(projectId, (found, { carriedOut }) =>
    found.enable_logical_replication || carriedOut > 0 ? undefined : { enable_logical_replication: true },
  );
  if ("failure" in changed) throw changed.failure;
  // Somebody else was faster, and the restart is that one's.
  if (changed.writes.carriedOut === 0) await neon.waitForRunning(projectId);
}
