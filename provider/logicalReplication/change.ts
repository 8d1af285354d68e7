import type { Context } from "../lifecycle/context";
import type { Created } from "../lifecycle/lifecycle";
import { readLevels, warnOfSmallNumbers } from "./levels";
import { notLogical } from "./refusals";
import { restart } from "./restart";
import { listEndpointsIfOff, refuseUnwantedRestart, turnOn } from "./setting";
import type { LogicalReplicationInputs, LogicalReplicationOutputs, LogicalReplicationState } from "./state";

export async function createLogicalReplication(
  context: Context,
  inputs: LogicalReplicationInputs,
): Promise<Created<LogicalReplicationOutputs>> {
  return { id: inputs.projectId, outputs: await switchOn(context, inputs) };
}

export function updateLogicalReplication(
  context: Context,
  _state: LogicalReplicationState,
  inputs: LogicalReplicationInputs,
): Promise<LogicalReplicationOutputs> {
  return switchOn(context, inputs);
}

async function switchOn(context: Context, inputs: LogicalReplicationInputs): Promise<LogicalReplicationOutputs> {
  const { neon } = context;
  const { projectId } = inputs;
  const endpoints = await listEndpointsIfOff(neon, projectId);
  if (endpoints) refuseUnwantedRestart(context, inputs, endpoints);
  // Before anything is changed for ever: whether we get in at all, and where.
  const levels = await readLevels(context, projectId);
  if (endpoints) {
    context.inform(
      `turning logical replication on for project ${projectId}: its computes restart, open connections are cut`,
    );
    await restart(context, projectId, () => turnOn(neon, projectId));
  } else {
    if (levels.walLevel === "logical") return toOutputs(context, projectId, levels);
    const running = await neon.listRunning(projectId);
    if (running?.length === 0) return toOutputs(context, projectId, levels);
    // Turned on a moment ago, by somebody else or by a run that was killed: the restart is, or may be, under way.
    await restart(context, projectId, () => neon.waitForOperations(projectId, running ?? []));
  }
  return toOutputs(context, projectId, await readLevels(context, projectId));
}

/** What the server itself says, whatever the setting of the project. */
function toOutputs(context: Context, projectId: string, levels: LogicalReplicationOutputs): LogicalReplicationOutputs {
  const { walLevel } = levels;
  if (walLevel !== "logical") throw notLogical(projectId, context.postgres.settings.host, walLevel);
  warnOfSmallNumbers(context, levels);
  return levels;
}
