import type { Context } from "../lifecycle/context";
import type { Unmarked } from "../lifecycle/lifecycle";
import { placeOf, type Server } from "../postgres/sql/server";
import type { ReadinessLine } from "./checks/judge";
import { currentReport, readinessReport } from "./checks/report";
import { gatherFacts } from "./gather";
import { toQuestion } from "./question";
import { notReady } from "./refusals";
import type { ReadinessInputs, ReadinessOutputs, ReadinessState } from "./state";

export async function buildReport(
  context: Context,
  inputs: Unmarked<ReadinessInputs>,
  state?: ReadinessState,
): Promise<{ server: Server; report: ReadinessLine[] }> {
  const { server, facts } = await gatherFacts(context.postgres, toQuestion(inputs));
  // A replica is a line of the report.
  context.checkPlace({ ...server, inRecovery: false }, state);
  return { server, report: readinessReport(facts) };
}

/** Says what is wrong; what is blocked it refuses, unless the program wants a warning. */
export async function buildReportOrRefuse(
  context: Context,
  inputs: ReadinessInputs,
  state?: ReadinessState,
): Promise<ReadinessOutputs> {
  const found = await buildReport(context, inputs, state);
  const report = currentReport(found.report);
  for (const { check, status, detail, fix } of report) {
    if (status === "warning") context.warn(`${check}: ${detail}. ${fix}`);
    if (status === "blocked" && inputs.onFailure === "warn") context.warn(`${check} (blocked): ${detail}. ${fix}`);
  }
  const blocked = report.filter(({ status }) => status === "blocked");
  if (blocked.length > 0 && inputs.onFailure === "error") throw notReady(blocked);
  return { report, target: placeOf(found.server) };
}
