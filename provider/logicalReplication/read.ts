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
  // The state of a `.get()` is empty.
  const { projectId = state.id, allowRestart, walLevel } = state;
  const on = await isOn(context.neon, projectId).catch((error) => {
    if (walLevel === undefined) throw error;
    return refuseMissingProject(error);
  });
  const levels = await readLevels(context, projectId);
  warnOfSmallNumbers(context, levels);
  const { host } = context.postgres.settings;
  return { outputs: levels, inputs: { projectId, allowRestart }, drift: driftOf(projectId, host, on, levels) };
}

export function driftOf(
  projectId: string,
  host: string,
  on: boolean,
  { walLevel }: Pick<LogicalReplicationOutputs, "walLevel">,
): string[] {
  if (!on) {
    return [
      `logical replication is off in project ${projectId}. Neon cannot turn it off, so this is not the same project as before. ` +
        "Check `projectId` and `neonApiUrl`. To turn it on here, `pulumi up` needs `allowRestart: true`",
    ];
  }
  if (walLevel === "logical") return [];
  return [
    `${contradiction(projectId, host, walLevel)}. Its compute has not restarted since. ` +
      "Restart the compute in Neon's console; `pulumi up` then checks again",
  ];
}
