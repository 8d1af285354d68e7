import { ARGUMENT_NAMES } from "../lifecycle/argumentNames";
import type { Context } from "../lifecycle/context";
import { READINESS_DEFAULTS } from "../lifecycle/defaults";
import type { Found } from "../lifecycle/lifecycle";
import { pick } from "../lifecycle/pick";
import { placeOf } from "../postgres/sql/server";
import { buildReport } from "./buildReport";
import type { ReadinessCheck } from "./check";
import { lastingReport } from "./checks/report";
import { incompleteState } from "./refusals";
import type { ReadinessInputs, ReadinessOutputs, ReadinessState } from "./state";

/** A blocked check is drift, so that the next `up` checks again. A refresh never fails on it. */
export async function readReadiness(
  context: Context,
  state: ReadinessState,
): Promise<Found<ReadinessInputs, ReadinessOutputs>> {
  refuseIncomplete(state);
  const inputs = { ...READINESS_DEFAULTS, ...state };
  const { server, report: now } = await buildReport(context, inputs, state);
  const before = state.report ?? [];
  for (const { unread, check } of now) if (unread !== undefined) context.warn(`${check}: ${unread}.`);
  const report = lastingReport(now, before);
  const drift = report.filter(({ status }) => status === "blocked").map(({ check, detail }) => `${check}: ${detail}`);
  return {
    outputs: { report, target: placeOf(server) },
    inputs: pick(inputs, ARGUMENT_NAMES.SourceReadiness),
    // The last `up` already warned of the others.
    drift: inputs.onFailure === "error" ? drift : drift.filter((line) => isNews(line, before, state.drift)),
  };
}

/** Only the program knows these, so `.get()` needs them in its `state`. */
function refuseIncomplete(state: ReadinessState): void {
  const missing = (["role", "password", "publication"] as const).filter((name) => state[name] === undefined);
  if (missing.length > 0) throw incompleteState(missing);
}

function isNews(line: string, before: ReadinessCheck[], reported: readonly string[] = []): boolean {
  const known = before.some(({ check, status, detail }) => status === "blocked" && line === `${check}: ${detail}`);
  return !known || reported.includes(line);
}
