import type { Context } from "../lifecycle/context";
import type { Unmarked } from "../lifecycle/lifecycle";
import { placeOf, type Server } from "../postgres/sql/server";
import type { ReadinessLine } from "./checks/judge";
import { currentReport, readinessReport } from "./checks/report";
import { gatherFacts } from "./gather";
import { toQuestion } from "./question";
import { notReady } from "./refusals";
import type { ReadinessInputs, ReadinessOutputs, ReadinessState } from "./state";
import { describeLine } from "./wording";

export async function buildReport(
  context: Context,
  inputs: Unmarked<ReadinessInputs>,
  state?: ReadinessState,
): Promise<{ server: Server; report: ReadinessLine[] }> {
  const { server, facts } = await gatherFacts(context.postgres, toQuestion(inputs));
  // The report has a line for a replica, so it is not an error here.
  context.refuseOtherPlace({ ...server, inRecovery: false }, state);
  return { server, report: readinessReport(facts) };
}

/** Warns of what is wrong. Fails if a check is blocked, unless `onFailure` is `warn`. */
export async function buildReportOrRefuse(
  context: Context,
  inputs: ReadinessInputs,
  state?: ReadinessState,
): Promise<ReadinessOutputs> {
  const found = await buildReport(context, inputs, state);
  const report = currentReport(found.report);
  for (const line of report) {
    if (line.status === "warning") context.warn(describeLine(line, line.check).join("\n"));
    if (line.status === "blocked" && inputs.onFailure === "warn")
      context.warn(describeLine(line, `${line.check} (blocked)`).join("\n"));
  }
  const blocked = report.filter(({ status }) => status === "blocked");
  if (blocked.length > 0 && inputs.onFailure === "error") throw notReady(blocked);
  return { report, target: placeOf(found.server) };
}
