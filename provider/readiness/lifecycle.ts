import { ARGUMENT_NAMES } from "../lifecycle/argumentNames";
import type { AllArguments, Lifecycle } from "../lifecycle/lifecycle";
import { readArguments } from "./arguments";
import { buildReportOrRefuse } from "./buildReport";
import { readReadiness } from "./read";
import type { ReadinessInputs, ReadinessOutputs } from "./state";

type Names = typeof ARGUMENT_NAMES.SourceReadiness;

export const sourceReadiness: Lifecycle<ReadinessInputs, ReadinessOutputs> = {
  needs: () => ["postgres"],
  secrets: ["password"],
  arguments: ARGUMENT_NAMES.SourceReadiness satisfies AllArguments<ReadinessInputs, Names>,
  check: readArguments,

  async create(context, inputs) {
    return { id: inputs.publication, outputs: await buildReportOrRefuse(context, inputs) };
  },

  read: readReadiness,

  update: (context, state, inputs) => buildReportOrRefuse(context, inputs, state),

  // It created nothing, so there is nothing to delete.
  remove: () => Promise.resolve(),
};
