import type { Context } from "../lifecycle/context";
import type { Found } from "../lifecycle/lifecycle";
import { refuseMissingProject } from "../neon/errors";
import { readLevels, warnOfSmallNumbers } from "./levels";
import { contradiction } from "./refusals";
import { isOn } from "./setting";
import type { LogicalReplicationInputs, LogicalReplicationOutputs, LogicalReplicationState } from "./state";

export async function readLogicalReplication(
  context: Context,
  state: LogicalReplicationState,
): Promise<Found<LogicalReplicationInputs, LogicalReplicationOutputs>> {
  // Of a `.get()` there is nothing in the state.
  const { projectId = state.id, allowRestart, walLevel } = state;
  const on = await isOn(context.neon, projectId).catch((error) => {
    if (walLevel === undefined) throw error;
    return refuseMissingProject(error);
  });
  const levels = await readLevels(context, projectId);
  warnOfSmallNumbers(context, levels);
  return { outputs: levels, inputs: { projectId, allowRestart }, drift: driftOf(context, projectId, on, levels) };
}

function driftOf(context: Context, projectId: string, on: boolean, { walLevel }: LogicalReplicationOutputs): string[] {
  if (!on) {
    return [
      `logical replication is off in project ${projectId}. Neon cannot turn it off, so this must be another project than before: ` +
        "check `projectId` and `neonApiUrl`; to turn it on here, `pulumi up` needs `allowRestart: true`",
    ];
  }
  if (walLevel === "logical") return [];
  const { host } = context.postgres.settings;
  return [
    `${contradiction(projectId, host, walLevel)}: its compute has not ` +
      "restarted since, so restart it in Neon's console; `pulumi up` checks again",
  ];
}
