import { ARGUMENT_NAMES } from "../lifecycle/argumentNames";
import type { AllArguments, Lifecycle } from "../lifecycle/lifecycle";
import { readProjectId, replacedProject } from "../lifecycle/projectId";
import { createLogicalReplication, updateLogicalReplication } from "./change";
import { look } from "./look";
import { readLogicalReplication } from "./read";
import type { LogicalReplicationInputs, LogicalReplicationOutputs } from "./state";

type Names = typeof ARGUMENT_NAMES.LogicalReplication;

export const logicalReplication: Lifecycle<LogicalReplicationInputs, LogicalReplicationOutputs> = {
  needs: () => ["postgres", "neon"],
  arguments: ARGUMENT_NAMES.LogicalReplication satisfies AllArguments<LogicalReplicationInputs, Names>,
  check: (args) => ({ projectId: readProjectId(args), allowRestart: args.flag("allowRestart") }),
  look,
  replaces: replacedProject,
  create: createLogicalReplication,
  read: readLogicalReplication,
  update: updateLogicalReplication,
  async remove(context, { id }) {
    context.inform(`logical replication of project ${id} stays on: Neon cannot turn it off.`);
  },
};
