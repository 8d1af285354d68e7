import type { Context } from "../lifecycle/context";
import { displayActive, listEndpointsIfOff, refuseUnwantedRestart } from "./setting";
import type { LogicalReplicationInputs } from "./state";

/** In a preview: whether it would have to be turned on, and what that would restart. */
export async function look(
  context: Context,
  _before: Partial<LogicalReplicationInputs>,
  inputs: LogicalReplicationInputs,
): Promise<void> {
  const { projectId } = inputs;
  const endpoints = await context.lookAtNeon(projectId, (neon) => listEndpointsIfOff(neon, projectId));
  if (!endpoints) return;
  refuseUnwantedRestart(context, inputs, endpoints);
  context.warn(
    `\`pulumi up\` turns logical replication on for project ${projectId}, for ever, and restarts its computes once, cutting open ` +
      `connections (active now: ${displayActive(endpoints)})`,
  );
}
