import { Run } from "../lifecycle/run";
import type { PostgresSettings } from "../postgres/connectionSettings";
import { Connections } from "../postgres/connections";
import { explainServerFailure, isServerFailure } from "../postgres/errors";
import type { Place } from "../postgres/sql/place";
import { placeOf } from "../postgres/sql/server";
import type { ReadinessCheck } from "../readiness/check";
import { currentReport, readinessReport } from "../readiness/checks/report";
import { gatherFacts } from "../readiness/gather";
import type { ReadinessQuestion } from "../readiness/question";
import { scrubDeep } from "../scrub";
import { type CheckArguments, readCheckArguments } from "./checkArguments";
import { formatAnnotations } from "./githubAnnotations";
import { formatReport } from "./reportTable";

const WIDTH = 100;

/** The shape of the JSON. A field may be added without a new number; none is removed or changed. */
const JSON_VERSION = 1;

/** Prints the report on a source and returns the exit status. */
export async function checkSource(words: string[]): Promise<number> {
  const run = new Run();
  const args = await readCheckArguments(words).catch((error: Error) => {
    if (!words.includes("--json")) throw error;
    run.output.print(toJson({ status: "error", error: error.message }));
  });
  return args === undefined ? 2 : reportOn(run, args);
}

async function reportOn(run: Run, { postgres, secrets, question, options }: CheckArguments): Promise<number> {
  const { output } = run;
  output.hide(secrets);
  try {
    const { report, target } = await buildReport(run, postgres, question);
    const status = report.some((check) => check.status === "blocked") ? "blocked" : "ok";
    const isRefused = options["warnings-as-errors"] && report.some((check) => check.status === "warning");
    output.print(options.json ? toJson({ status, target, report }) : format(postgres, question, options, report));
    return status === "ok" && !isRefused ? 0 : 1;
  } catch (error) {
    // Also cleaned before it becomes JSON, because JSON escapes can change how a secret is spelled.
    const message = output.clean(explain(error as Error, postgres));
    if (options.json) output.print(toJson({ status: "error", error: message }));
    else output.fail(message);
    return 2;
  }
}

function format(
  { host, port, database }: PostgresSettings,
  { role }: ReadinessQuestion,
  { github, problems = false }: CheckArguments["options"],
  report: ReadinessCheck[],
): string {
  const title = `${host}:${port}, database "${database}", as "${role}"`;
  const table = formatReport(title, report, { width: width(), problems, colours: hasColours() });
  const annotations = github ? formatAnnotations(report) : "";
  return annotations === "" ? table : `${annotations}\n${table}`;
}

function toJson(outcome: {
  status: "ok" | "blocked" | "error";
  target?: Place;
  report?: ReadinessCheck[];
  error?: string;
}): string {
  return JSON.stringify({ version: JSON_VERSION, ...outcome }, null, 2);
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

/** Only a terminal has them, and not if NO_COLOR is set. */
function hasColours(): boolean {
  return process.stdout.isTTY === true && !process.env.NO_COLOR && process.stdout.hasColors();
}
