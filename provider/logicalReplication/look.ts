import type { Context } from "../lifecycle/context";
import { displayActive, listEndpointsIfOff, refuseUnwantedRestart } from "./setting";
import type { LogicalReplicationInputs } from "./state";

/** Warns in a preview if logical replication has to be turned on, and lists what that restarts. */
export async function look(
  context: Context,
  _before: Partial<LogicalReplicationInputs>,
  inputs: LogicalReplicationInputs,
): Promise<void> {
  const { projectId } = inputs;
  const endpoints = await context.lookAtNeon(projectId, (neon) => listEndpointsIfOff(neon, projectId));
  if (!endpoints) return;
  refuseUnwantedRestart(context.postgres.settings.host, inputs, endpoints);
  context.warn(
    [
      `\`pulumi up\` turns logical replication on for project ${projectId}, permanently.`,
      "It restarts the project's computes once, which cuts open connections.",
      `Active now: ${displayActive(endpoints)}.`,
    ].join("\n"),
  );
}
