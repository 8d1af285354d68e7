import { Run } from "../lifecycle/run";
import type { PostgresSettings } from "../postgres/connectionSettings";
import { Connections } from "../postgres/connections";
import { explainServerFailure, isServerFailure } from "../postgres/errors";
import { placeOf } from "../postgres/sql/server";
import { currentReport, readinessReport } from "../readiness/checks/report";
import { gatherFacts } from "../readiness/gather";
import type { ReadinessQuestion } from "../readiness/question";
import { scrubDeep } from "../scrub";
import { readCheckArguments } from "./checkArguments";
import { formatReport } from "./reportTable";

const WIDTH = 100;

/** Prints the report on a source and returns the exit status. */
export async function checkSource(words: string[]): Promise<number> {
  const { postgres, secrets, question, json } = await readCheckArguments(words);
  const run = new Run();
  const { output } = run;
  output.hide(secrets);
  try {
    const { report, target } = await buildReport(run, postgres, question);
    const status = report.some((check) => check.status === "blocked") ? "blocked" : "ok";
    const { host, port, database } = postgres;
    const title = `${host}:${port}, database "${database}", as "${question.role}"`;
    output.print(json ? JSON.stringify({ status, target, report }, null, 2) : formatReport(title, report, width()));
    return status === "ok" ? 0 : 1;
  } catch (error) {
    // Also cleaned before it becomes JSON, because JSON escapes can change how a secret is spelled.
    const message = output.clean(explain(error as Error, postgres));
    if (json) output.print(JSON.stringify({ status: "error", error: message }, null, 2));
    else output.fail(message);
    return 2;
  }
}

async function buildReport(run: Run, postgres: PostgresSettings, question: ReadinessQuestion) {
  const connections = new Connections(postgres, run.connector);
  try {
    const { server, facts } = await gatherFacts(connections, question);
    const report = scrubDeep(currentReport(readinessReport(facts)), run.output.clean);
    return { report, target: placeOf(server) };
  } finally {
    await connections.close();
  }
}

function explain(error: Error, postgres: PostgresSettings): string {
  return isServerFailure(error) ? explainServerFailure(error, postgres) : error.message;
}

function width(): number {
  return Math.min(process.stdout.columns || WIDTH, WIDTH);
}
