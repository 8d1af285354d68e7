import { refusal } from "../errors";
import { ARGUMENT_NAMES } from "../lifecycle/argumentNames";
import type { Inputs } from "../lifecycle/arguments";
import type { Context } from "../lifecycle/context";
import { READINESS_DEFAULTS } from "../lifecycle/defaults";
import type { Found, Lifecycle } from "../lifecycle/lifecycle";
import { placeOf } from "../postgres/sql/server";
import { checkReadiness, type ReadinessInputs, readinessQuestion } from "./arguments";
import type { ReadinessCheck } from "./check";
import { currentReport, lastingReport, readinessReport } from "./checks/report";
import { gatherFacts } from "./facts";

export const sourceReadiness: Lifecycle = {
  needs: () => ["postgres"],
  secrets: ["password"],
  arguments: ARGUMENT_NAMES.SourceReadiness,
  check: checkReadiness,

  async create(context, inputs) {
    return { id: String(inputs.publication), outputs: await checkedReport(context, inputs as ReadinessInputs) };
  },

  read,

  update: (context, _id, state, inputs) => checkedReport(context, inputs as ReadinessInputs, state),

  // It made nothing, so there is nothing to take away.
  remove: () => Promise.resolve(),
};

async function checkedReport(context: Context, inputs: ReadinessInputs, state?: Inputs): Promise<Inputs> {
  const found = await reported(context, inputs, state);
  const report = currentReport(found.report);
  for (const { check, status, detail, fix } of report) {
    if (status === "warning") context.warn(`${check}: ${detail}. ${fix}`);
    if (status === "blocked" && inputs.onFailure === "warn") context.warn(`${check} (blocked): ${detail}. ${fix}`);
  }
  const blocked = report.filter(({ status }) => status === "blocked");
  if (blocked.length > 0 && inputs.onFailure === "error") throw notReady(blocked);
  return { report, target: placeOf(found.server) };
}

async function reported(context: Context, inputs: ReadinessInputs, state?: Inputs) {
  const { server, facts } = await gatherFacts(context.postgres, readinessQuestion(inputs));
  // A replica is a line of the report.
  context.checkPlace({ ...server, inRecovery: false }, state);
  const report = readinessReport(facts);
  return { server, report };
}

function notReady(blocked: ReadinessCheck[]) {
  const lines = blocked.map(({ check, detail, fix }) => `\n  - ${check}: ${detail}${fix ? `\n      ${fix}` : ""}`);
  return refusal(
    "notReady",
    `ClickPipes would not accept this source:${lines.join("")}\nMend these, or set \`onFailure: "warn"\``,
  );
}

/** A blocked report is drift, so that the next `up` checks again; refresh itself never fails on it. */
async function read(context: Context, _id: string, state: Inputs): Promise<Found> {
  // What `.get()` was not told, nobody else can know.
  const missing = ["role", "password", "publication"].filter((name) => state[name] === undefined);
  if (missing.length > 0) throw refusal("incomplete", `SourceReadiness.get: its state lacks ${missing.join(", ")}`);
  const inputs = { ...READINESS_DEFAULTS, ...state } as unknown as ReadinessInputs;
  const { server, report: now } = await reported(context, inputs, state);
  const before = (state.report ?? []) as ReadinessCheck[];
  for (const { unread, check } of now) if (unread !== undefined) context.warn(`${check}: ${unread}`);
  const report = lastingReport(now, before);
  const drift = report.filter(({ status }) => status === "blocked").map(({ check, detail }) => `${check}: ${detail}`);
  return {
    outputs: { report, target: placeOf(server) },
    inputs: Object.fromEntries(ARGUMENT_NAMES.SourceReadiness.map((name) => [name, inputs[name]])),
    // What the last `up` has warned of already is no news.
    drift: inputs.onFailure === "error" ? drift : drift.filter((line) => isNews(line, before, state.drift)),
  };
}

function isNews(line: string, before: ReadinessCheck[], told: unknown): boolean {
  const known = before.some(({ check, status, detail }) => status === "blocked" && line === `${check}: ${detail}`);
  return !known || (Array.isArray(told) && told.includes(line));
}
