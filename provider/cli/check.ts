import { Output } from "../lifecycle/output";
import type { PostgresSettings } from "../postgres/connection";
import { Connections } from "../postgres/connections";
import { explainServerFailure, isServerFailure } from "../postgres/errors";
import { placeOf } from "../postgres/sql/server";
import { currentReport, readinessReport } from "../readiness/checks/report";
import { gatherFacts } from "../readiness/facts";
import { scrubDeep } from "../scrub";
import { type CheckArguments, readCheckArguments } from "./checkArguments";
import { formatReport } from "./reportTable";

const WIDTH = 100;

/** Prints the report on a source; the exit status. */
export async function checkSource(words: string[]): Promise<number> {
  const { settings, question, json } = await readCheckArguments(words);
  const postgres = settings.postgres as PostgresSettings;
  const output = new Output([...settings.secrets, question.password]);
  try {
    const { report, target } = await reported(postgres, question, output);
    const status = report.some((check) => check.status === "blocked") ? "blocked" : "ok";
    const { host, port, database } = postgres;
    const title = `${host}:${port}, database "${database}", as "${question.role}"`;
    output.print(json ? JSON.stringify({ status, target, report }, null, 2) : formatReport(title, report, width()));
    return status === "ok" ? 0 : 1;
  } catch (error) {
    // Cleaned before it is JSON, too: what JSON makes of a spelling is another one.
    const message = output.clean(explained(error as Error, postgres));
    if (json) output.print(JSON.stringify({ status: "error", error: message }, null, 2));
    else output.fail(message);
    return 2;
  }
}

async function reported(postgres: PostgresSettings, question: CheckArguments["question"], output: Output) {
  const connections = new Connections(postgres);
  try {
    const { server, facts } = await gatherFacts(connections, question);
    const report = scrubDeep(currentReport(readinessReport(facts)), output.clean);
    return { report, target: placeOf(server) };
  } finally {
    await connections.close();
  }
}

function explained(error: Error, postgres: PostgresSettings): string {
  return isServerFailure(error) ? explainServerFailure(error, postgres) : error.message;
}

function width(): number {
  return Math.min(process.stdout.columns || WIDTH, WIDTH);
}
