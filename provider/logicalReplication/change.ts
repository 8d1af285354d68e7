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
  if (endpoints) refuseUnwantedRestart(context.postgres.settings.host, inputs, endpoints);
  // The change is permanent, so first find out whether this machine can connect, and to which project.
  const levels = await readLevels(context, projectId);
  if (endpoints) {
    context.inform(
      `turning logical replication on for project ${projectId}.\nIts computes restart, which cuts open connections.`,
    );
    await restart(context, projectId, () => turnOn(neon, projectId));
  } else {
    if (levels.walLevel === "logical") return toOutputs(context, projectId, levels);
    const running = await neon.listRunning(projectId);
    if (running?.length === 0) return toOutputs(context, projectId, levels);
    // Another user, or a run that was killed, turned it on a moment ago. The restart is, or may be, still running.
    await restart(context, projectId, () => neon.waitForOperations(projectId, running ?? []));
  }
  return toOutputs(context, projectId, await readLevels(context, projectId, true));
}

/** Returns what the server itself reports. Refuses a server that does not report `logical`, whatever the project's setting. */
function toOutputs(context: Context, projectId: string, levels: LogicalReplicationOutputs): LogicalReplicationOutputs {
  const { walLevel } = levels;
  if (walLevel !== "logical") throw notLogical(projectId, context.postgres.settings.host, walLevel);
  warnOfSmallNumbers(context, levels);
  return levels;
}
